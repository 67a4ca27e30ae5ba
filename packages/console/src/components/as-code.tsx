// A step of a form as code to copy, folded away until somebody wants it.
import { useState } from 'preact/hooks';
import type { AsCode as Code } from '../as-code.ts';
import { CopyButton } from './copy-button.tsx';
import { Tabs } from './tabs.tsx';

export function AsCode({ what, code }: { what: string; code: Code }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="as-code" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>This {what} as code</summary>
      {isOpen && (
        <Tabs
          label={`The ${what} in`}
          tabs={Object.entries(code).map(([name, text]) => ({
            name,
            content:
              typeof text === 'string' ? (
                <>
                  <pre tabIndex={0}>
                    <code>{text}</code>
                  </pre>
                  <CopyButton text={text} what={`${what} as ${name}`} />
                </>
              ) : (
                <p class="hint">{text.absent}</p>
              ),
          }))}
        />
      )}
    </details>
  );
}
