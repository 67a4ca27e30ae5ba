// chatpush why <contactId>: what happened to every message of a contact, in plain words. Asks the running service.
import { parseArgs } from 'node:util';
import { ChatpushError, ResourceNotFoundException } from '@chatpush/client';
import type { Delivery } from '@chatpush/client';
import type { Environment } from '../config/config.ts';
import { readConfig } from '../config/environment.ts';
import { explainReason } from '../delivery/log-reason.ts';
import { instanceClient } from './instance-client.ts';
import type { Say } from './say.ts';

export const USAGE = `chatpush why <contactId> --instance <id> [--endpoint http://127.0.0.1:4100] [--last 100] [--json]

Prints what happened to the newest messages of a contact: each delivery with its attempts, and why others never started.
It uses the first key of the settings that may list deliveries of the instance; --instance is optional if the settings
list one instance. With --json it prints { "deliveries": […] }, each as ListDeliveries returns it.
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

const nothingOf = (contactId: string): string =>
  `Contact ${contactId} is unknown: it had no message within the last 7 days, or its messages came under another contact id.\n`;

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
  const [contactId, ...rest] = positionals;
  const last = Number(values.last);
  if (values.help || contactId === undefined || rest.length > 0 || !Number.isInteger(last) || last < 1) {
    say(USAGE);
    return values.help ? 0 : 2;
  }
  const asked = instanceClient(config, values, 'chatpush:ListDeliveries', `chatpush why ${contactId}`);
  if (typeof asked === 'string') {
    say(`${asked}${USAGE}`);
    return 2;
  }
  const { client, instanceId } = asked;
  try {
    const deliveries: Delivery[] = [];
    let nextToken: string | undefined;
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
    if (values.json) say(`${JSON.stringify({ deliveries })}\n`);
    else say(deliveries.length > 0 ? `${deliveries.map(tell).join('\n')}\n` : nothingOf(contactId));
    return 0;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) {
      say(values.json ? `${JSON.stringify({ deliveries: [] })}\n` : nothingOf(contactId));
      return 0;
    }
    if (!(error instanceof ChatpushError)) throw error;
    const { name, message } = error;
    say(
      values.json
        ? `${JSON.stringify({ error: name, message })}\n`
        : `The service could not say: ${name}: ${message}\n`,
    );
    return 1;
  }
}
