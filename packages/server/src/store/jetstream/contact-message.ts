// The head of a contact's document.
import type { ContactKey } from '../store.ts';

/** The document is the text. */
export interface ContactHead extends ContactKey {
  readonly version: number;
  /** Those that its commits have gained. */
  readonly registrations?: number;
  readonly reviewAt?: number;
  readonly removeAt?: number;
}
