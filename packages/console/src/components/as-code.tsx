// A step of a form as code to copy, collapsed by default.
import { useState } from 'preact/hooks';
import { upperFirst } from '../as-code.ts';
import type { AsCode as Code } from '../as-code.ts';
import { CopyButton } from './copy-button.tsx';
import { Tabs } from './tabs.tsx';

export function AsCode({ what, code }: { what: string; code: Code }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="as-code" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{upperFirst(what)} as code</summary>
      {isOpen && (
        <Tabs
          label={`The ${what} in`}
          tabs={Object.entries(code).map(([name, text]) => ({
            name,
            content: (
              <>
                <pre tabIndex={0}>
                  <code>{text}</code>
                </pre>
                <CopyButton text={text} what={`${what} as ${name}`} />
              </>
            ),
          }))}
        />
      )}
    </details>
  );
}
