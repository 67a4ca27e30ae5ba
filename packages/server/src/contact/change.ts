// The result of every rule. A rule is a pure function of the document, the input and the time. The caller stores
// the document it returns, or passes the refusal on; it may call the rule again on a newer document.
import type { ContactDocument } from './document.ts';

export interface Refusal {
  readonly name:
    | 'AccessDeniedException'
    | 'InvalidParameterException'
    | 'ResourceNotFoundException'
    | 'ServiceQuotaExceededException';
  readonly message: string;
}

/** Accepted (no `document`: nothing to write), or refused (nothing is written). */
export type Change<Result, Document = ContactDocument> =
  | { readonly document?: Document; readonly result: Result }
  | { readonly refusal: Refusal };

export const refuse = (name: Refusal['name'], message: string): { refusal: Refusal } => ({
  refusal: { name, message },
});
