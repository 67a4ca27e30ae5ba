// Searches from any view. The `/` key moves the focus here.
import { useEffect, useRef, useState } from 'preact/hooks';
import { go } from '../address.ts';
import type { State } from '../state.ts';

const isTyping = ({ target }: KeyboardEvent): boolean =>
  target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');

export function SearchBox({ state: { hasService, hasPhones } }: { state: State }) {
  const [text, setText] = useState('');
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const focus = (event: KeyboardEvent): void => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
      if (document.querySelector('dialog[open]')) return;
      event.preventDefault();
      field.current?.select();
    };
    addEventListener('keydown', focus);
    return () => removeEventListener('keydown', focus);
  }, []);
  return (
    <form
      class="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') go({ view: 'search', text: text.trim() });
      }}
    >
      <input
        ref={field}
        type="search"
        aria-label="Search"
        aria-keyshortcuts="/"
        spellcheck={false}
        autocomplete="off"
        placeholder={
          !hasPhones
            ? 'Contact, registration or delivery'
            : hasService
              ? 'Contact, message, token or any id'
              : 'Token, or text in a payload'
        }
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <kbd aria-hidden="true">/</kbd>
    </form>
  );
}
