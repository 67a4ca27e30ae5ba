// Copies a text and confirms it on the button itself.
import { useEffect, useState } from 'preact/hooks';

const SAID_MS = 1_500;

// Async on purpose: `navigator.clipboard` is undefined on pages that are neither on localhost nor served by HTTPS.
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
      () => setSaid('Copying failed'),
    );
  };
  return (
    <button type="button" class="quiet" onClick={copy} aria-label={said || `Copy ${what}`}>
      {said || 'Copy'}
    </button>
  );
}
