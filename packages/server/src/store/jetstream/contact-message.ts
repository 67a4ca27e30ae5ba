// The head of a contact's document.
import type { ContactKey } from '../store.ts';

/** The text of the message is the document. */
export interface ContactHead extends ContactKey {
  readonly version: number;
  /** The registrations, as the sum of its commits' changes. */
  readonly registrations?: number;
  readonly reviewAt?: number;
  readonly removeAt?: number;
}
