// What to do where there is no phone yet.
import { useEffect, useState } from 'preact/hooks';
import type { Description } from '@chatpush/emulator';
import { apnsLine, fcmLine } from '../first-push.ts';
import { CopyButton } from './copy-button.tsx';

export function Welcome({ description, hasService }: { description: Description; hasService: boolean }) {
  const [apns, setApns] = useState<string>();
  useEffect(() => {
    // Signing needs WebCrypto, which pages lack that are neither on this machine nor behind HTTPS.
    if (globalThis.isSecureContext) void apnsLine(description, Date.now()).then(setApns);
  }, [description]);
  return (
    <div class="welcome">
      <h2>No phone yet</h2>
      {hasService ? (
        <p>
          Register a phone for a contact, then write to it as an agent: it lights up here. Or register from
          your own backend; every device token that a push is sent to becomes a phone.
        </p>
      ) : (
        <p>
          Every device token that a push is sent to becomes a phone on this page. Add one by its form, or push
          from a terminal:
        </p>
      )}
      {!hasService && (
        <>
          <Line name="To an Android phone, by FCM" text={fcmLine(description)} />
          {apns !== undefined && <Line name="To an iPhone, by APNs" text={apns} />}
          <p class="hint">
            Your own sender: addresses, CA and credentials are at <a href="/emulator">/emulator</a>.
          </p>
        </>
      )}
    </div>
  );
}

function Line({ name, text }: { name: string; text: string }) {
  return (
    <figure>
      <figcaption>
        {name} <CopyButton text={text} what={name} />
      </figcaption>
      <pre tabIndex={0}>
        <code>{text}</code>
      </pre>
    </figure>
  );
}
