// What every rule answers. A rule is a pure function of the document, the input and the time; the caller keeps the
// document it returns or passes on the refusal, and may simply call it again on a newer document.
import type { ContactDocument } from './document.ts';

export interface Refusal {
  readonly name:
    | 'AccessDeniedException'
    | 'InvalidParameterException'
    | 'ResourceNotFoundException'
    | 'ServiceQuotaExceededException';
  readonly message: string;
}

/** Accepted (without `document`: nothing to write), or refused (nothing may be written). */
export type Change<Result, Document = ContactDocument> =
  | { readonly document?: Document; readonly result: Result }
  | { readonly refusal: Refusal };

export const refuse = (name: Refusal['name'], message: string): { refusal: Refusal } => ({
  refusal: { name, message },
});
