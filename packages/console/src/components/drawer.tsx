// A dialog at the side of the page. Esc and a click outside close it.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

interface Props {
  title: ComponentChildren;
  /** Buttons between the title and Close. */
  buttons?: ComponentChildren;
  children: ComponentChildren;
  onClose: () => void;
}

export function Drawer({ title, buttons, children, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="details"
      aria-labelledby={id}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      <div class="details-body">
        <div class="details-head">
          <h2 id={id}>{title}</h2>
          {buttons}
          <button type="button" aria-label="Close" onClick={() => dialog.current?.close()}>
            ✕
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}
