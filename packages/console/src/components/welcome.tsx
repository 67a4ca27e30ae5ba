// What to do when there is no phone yet.
import { useEffect, useState } from 'preact/hooks';
import type { Description } from '@chatpush/emulator';
import { apnsLine, fcmLine } from '../first-push.ts';
import { CopyButton } from './copy-button.tsx';

export function Welcome({ description, hasService }: { description: Description; hasService: boolean }) {
  const [apns, setApns] = useState<string>();
  useEffect(() => {
    // Signing needs WebCrypto, which is undefined on pages that are neither on localhost nor served by HTTPS.
    if (globalThis.isSecureContext) void apnsLine(description, Date.now()).then(setApns);
  }, [description]);
  return (
    <div class="welcome">
      <h2>No phones yet</h2>
      {hasService ? (
        <p>
          Register a phone for a contact, then write to it as an agent, and it lights up here. You can also
          register from your own backend: every device token that receives a push becomes a phone.
        </p>
      ) : (
        <p>
          Every device token that receives a push becomes a phone on this page. Add a phone with the form, or
          push from a terminal:
        </p>
      )}
      {!hasService && (
        <>
          <Line name="To an Android phone, through FCM" text={fcmLine(description)} />
          {apns !== undefined && <Line name="To an iPhone, through APNs" text={apns} />}
          <p class="hint">
            To use your own sender, take the addresses, CA and credentials from{' '}
            <a href="/emulator">/emulator</a>.
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
