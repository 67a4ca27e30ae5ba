// chatpush why <contactId | registrationId>: what happened to every message of a contact, in plain words. Asks the running service.
import { parseArgs } from 'node:util';
import { AccessDeniedException, ChatpushError, ResourceNotFoundException } from '@chatpush/client';
import type { Delivery } from '@chatpush/client';
import type { Environment } from '../config/config.ts';
import { readConfig } from '../config/environment.ts';
import { explainReason } from '../delivery/log-reason.ts';
import { instanceClient, type InstanceClient } from './instance-client.ts';
import type { Say } from './say.ts';

export const USAGE = `chatpush why <contactId | registrationId> --instance <id> [--endpoint http://127.0.0.1:4100] [--last 100] [--json]

Prints what happened to the newest messages of a contact: each delivery with its attempts, and why others never started.
The contact is found by its id, or by the id of a registration.
It uses the first key of the settings that may list deliveries of the instance; --instance is optional if the settings
list one instance. With --json it prints { "contactId": …, "deliveries": […] }, each as ListDeliveries returns it.
`;

const STATUS: Record<Delivery['status'], string> = {
  queued: 'waits',
  accepted: 'the gateway accepted it',
  rejected: 'the gateway refused it',
  expired: 'expired before it could be sent',
  withdrawn: 'was withdrawn',
  skipped: 'not pushed',
};

/** One delivery in plain words. */
export function tell(delivery: Delivery): string {
  const {
    deliveryId,
    messageId,
    status,
    reason,
    detail,
    registrationId,
    attempts,
    attemptCount,
    createdAt,
    canReplay,
  } = delivery;
  const whom = registrationId === undefined ? '' : ` to registration ${registrationId}`;
  const now = detail === undefined ? '' : ` Now: ${detail}.`;
  const why = reason === undefined ? '' : ` ${explainReason(reason)}${now}`;
  const lines = [`${createdAt}  message ${messageId}${whom}: ${STATUS[status]}.${why}`];
  // The id that `chatpush replay` and `withdraw` accept.
  if (canReplay || status === 'queued') lines.push(`    delivery ${deliveryId}`);
  for (const { at, gateway, outcome, answer } of attempts)
    lines.push(`    ${at}  ${gateway}: ${outcome}${answer === undefined ? '' : `, ${answer}`}`);
  const left = attemptCount - attempts.length;
  // The log keeps the first two and the last eight.
  if (left > 0) lines.splice(-attempts.length + 2, 0, `    … ${left} more attempts …`);
  return lines.join('\n');
}

const nothingOf = (id: string): string =>
  `Contact ${id} is unknown: it had no message within the last 7 days, or its messages came under another contact id. No registration has this id either.\n`;

const NO_MESSAGES = 'The contact had no messages within the last 7 days.';

/** The newest deliveries of a contact; undefined: the contact is unknown. */
async function deliveriesOf(
  { client, instanceId }: InstanceClient,
  contactId: string,
  last: number,
): Promise<Delivery[] | undefined> {
  const deliveries: Delivery[] = [];
  let nextToken: string | undefined;
  try {
    do {
      const page = await client.listDeliveries({
        instanceId,
        contactId,
        maxResults: Math.min(100, last - deliveries.length),
        ...(nextToken !== undefined && { nextToken }),
      });
      deliveries.push(...page.deliveries);
      ({ nextToken } = page);
    } while (nextToken !== undefined && deliveries.length < last);
    return deliveries;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

/** The contact of a registration; undefined: unknown, or the key may not look up registrations. */
async function contactOf(
  { client, instanceId }: InstanceClient,
  registrationId: string,
): Promise<string | undefined> {
  try {
    return (await client.getRegistration({ instanceId, registrationId })).contactId;
  } catch (error) {
    if (error instanceof ResourceNotFoundException || error instanceof AccessDeniedException)
      return undefined;
    throw error;
  }
}

export async function why(argv: readonly string[], environment: Environment, say: Say): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      instance: { type: 'string' },
      endpoint: { type: 'string' },
      last: { type: 'string', default: '100' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean' },
    },
  });
  const config = readConfig(environment);
  const [id, ...rest] = positionals;
  const last = Number(values.last);
  if (values.help || id === undefined || rest.length > 0 || !Number.isInteger(last) || last < 1) {
    say(USAGE);
    return values.help ? 0 : 2;
  }
  const asked = instanceClient(config, values, 'chatpush:ListDeliveries', `chatpush why ${id}`);
  if (typeof asked === 'string') {
    say(`${asked}${USAGE}`);
    return 2;
  }
  try {
    let contactId = id;
    let deliveries = await deliveriesOf(asked, contactId, last);
    const found = deliveries === undefined ? await contactOf(asked, id) : undefined;
    if (found !== undefined) {
      contactId = found;
      deliveries = await deliveriesOf(asked, contactId, last);
    }
    const heading = contactId === id ? '' : `Registration ${id} belongs to contact ${contactId}.\n`;
    if (values.json) say(`${JSON.stringify({ contactId, deliveries: deliveries ?? [] })}\n`);
    else if (deliveries === undefined) say(nothingOf(id));
    else say(`${heading}${deliveries.map(tell).join('\n') || NO_MESSAGES}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof ChatpushError)) throw error;
    const { name, message } = error;
    say(
      values.json
        ? `${JSON.stringify({ error: name, message })}\n`
        : `The service could not answer: ${name}: ${message}\n`,
    );
    return 1;
  }
}
