// chatpush replay <deliveryId>, chatpush withdraw <deliveryId>: act on one delivery of the running service.
import { parseArgs } from 'node:util';
import { ChatpushError } from '@chatpush/client';
import type { Delivery } from '@chatpush/client';
import type { Environment } from '../config/config.ts';
import { readConfig } from '../config/environment.ts';
import { instanceClient } from './instance-client.ts';
import type { InstanceClient } from './instance-client.ts';
import type { Say } from './say.ts';
import { tell } from './why.ts';

interface DeliveryVerb {
  readonly name: string;
  readonly action: string;
  readonly does: string;
  readonly call: (of: InstanceClient, deliveryId: string) => Promise<{ readonly delivery: Delivery }>;
}

const usageOf = ({ name, action, does }: DeliveryVerb): string =>
  `chatpush ${name} <deliveryId> --instance <id> [--endpoint http://127.0.0.1:4100] [--json]

${does}
chatpush why and the console show the ids. It uses the first key of the settings that may do ${action} on the
instance; --instance is optional if the settings list one instance. --json prints the delivery as ListDeliveries
returns it, or the error as {"error", "message"}.
`;

/**
 * Exit code 0: done; 1: refused, with the reason, or the service cannot be reached; 2: the command line is invalid.
 */
function commandOf(verb: DeliveryVerb) {
  const usage = usageOf(verb);
  async function run(argv: readonly string[], environment: Environment, say: Say): Promise<number> {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        instance: { type: 'string' },
        endpoint: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    const [deliveryId, ...rest] = positionals;
    if (deliveryId === undefined || rest.length > 0) {
      say(usage);
      return 2;
    }
    const config = readConfig(environment);
    const asked = instanceClient(config, values, verb.action, `chatpush ${verb.name} ${deliveryId}`);
    if (typeof asked === 'string') {
      say(`${asked}${usage}`);
      return 2;
    }
    try {
      const { delivery } = await verb.call(asked, deliveryId);
      say(values.json ? `${JSON.stringify(delivery)}\n` : `${tell(delivery)}\n`);
      return 0;
    } catch (error) {
      if (!(error instanceof ChatpushError)) throw error;
      const { name, message } = error;
      say(
        values.json ? `${JSON.stringify({ error: name, message })}\n` : `Nothing was changed. ${message}\n`,
      );
      return 1;
    }
  }
  return { run, usage };
}

export const replay = commandOf({
  name: 'replay',
  action: 'chatpush:ReplayDelivery',
  does: `Pushes a delivery again that did not arrive, under the same id: one that was rejected or expired, or withdrawn because its
registration was suspended. Refused, with the reason, where it arrived, was never sent, or must not be sent any more.`,
  call: ({ client, instanceId }, deliveryId) => client.replayDelivery({ instanceId, deliveryId }),
});

export const withdraw = commandOf({
  name: 'withdraw',
  action: 'chatpush:WithdrawDelivery',
  does: 'Withdraws a waiting delivery: no further attempt begins, and its text is erased. It can no longer be replayed.',
  call: ({ client, instanceId }, deliveryId) => client.withdrawDelivery({ instanceId, deliveryId }),
});
