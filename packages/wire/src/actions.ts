// Actions: what a key can be allowed to do. They have the names of Amazon's IAM policies; our own operations are under
// `chatpush:`. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonconnect.html
import type { Operation } from './operation.ts';
import { APPLICATION_OPERATIONS, OPERATIONS } from './operations.ts';

/** `connect:StopContact`, `mobiletargeting:CreateApp`, `chatpush:PutChatEvents`. */
export const actionOf = ({ name, origin, service }: Operation): string =>
  `${origin === 'amazon' ? (service ?? 'connect') : 'chatpush'}:${name}`;

/** The actions a key can have. The Participant Service's operations are missing: those calls are made with a participant's token. */
export const ACTIONS: readonly string[] = Object.values<Operation>({
  ...OPERATIONS,
  ...APPLICATION_OPERATIONS,
}).map(actionOf);

/** The actions on what all instances share: nodes. */
export const SERVICE_ACTIONS: ReadonlySet<string> = new Set([actionOf(OPERATIONS.ListNodes)]);

/** The actions inside instances: all except those on nodes and setting up applications, which instances share. */
export const INSTANCE_ACTIONS: readonly string[] = Object.values<Operation>(OPERATIONS)
  .map(actionOf)
  .filter((action) => !SERVICE_ACTIONS.has(action));

/** The actions a name stands for: itself, or with a trailing `*` all with that prefix. Empty if there are no such actions. */
export const actionsNamed = (name: string): readonly string[] =>
  name.endsWith('*')
    ? ACTIONS.filter((action) => action.startsWith(name.slice(0, -1)))
    : ACTIONS.filter((action) => action === name);
