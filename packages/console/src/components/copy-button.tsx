// Copies a text, and says so where one looks: on the button.
import { useEffect, useState } from 'preact/hooks';

const SAID_MS = 1_500;

// Not in vain an async function: pages that are neither on this machine nor behind HTTPS have no clipboard at all.
const copyText = async (text: string): Promise<void> => navigator.clipboard.writeText(text);

export function CopyButton({ text, what }: { text: string; what: string }) {
  const [said, setSaid] = useState('');
  useEffect(() => {
    if (said === '') return;
    const timer = setTimeout(() => setSaid(''), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = (): void => {
    copyText(text).then(
      () => setSaid('Copied'),
      () => setSaid('The browser refused'),
    );
  };
  return (
    <button type="button" class="quiet" onClick={copy} aria-label={said || `Copy ${what}`}>
      {said || 'Copy'}
    </button>
  );
}
