// Actions: what a key may be allowed to do, by the names that Amazon's IAM policies have for the operations; ours are under
// `chatpush:`. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonconnect.html
import type { Operation } from './operation.ts';
import { OPERATIONS } from './operations.ts';

/** `connect:StopContact`, `chatpush:PutChatEvents`. */
export const actionOf = ({ name, origin }: Operation): string =>
  `${origin === 'amazon' ? 'connect' : 'chatpush'}:${name}`;

/** Those that a key can call. The Participant Service's operations are not among them: a participant's token makes those calls. */
export const ACTIONS: readonly string[] = Object.values<Operation>(OPERATIONS).map(actionOf);

/** The actions that a name stands for: itself, or with `*` at its end all that begin so. Empty where there is none. */
export const actionsNamed = (name: string): readonly string[] =>
  name.endsWith('*')
    ? ACTIONS.filter((action) => action.startsWith(name.slice(0, -1)))
    : ACTIONS.filter((action) => action === name);
