// What a client can check on the servers: at start, and for `doctor`. It cannot see whether they write to disk
// before they answer.
import type { StreamInfo } from '@nats-io/jetstream';
import type { NatsAddress } from '../../addresses/nats-url.ts';
import { connectTo, explainedBy, type Connected } from './connect.ts';
import { findStreams } from './streams.ts';

/** Always printed by `doctor`. */
export const UNSEEN =
  'chatpush cannot see whether the servers write to disk before they answer: set jetstream { sync_interval: always } on each, or a power failure of most of them loses accepted pushes.';

/** One sentence for each thing that may lose accepted pushes, or stop them. */
export function warningsOf(
  streams: readonly StreamInfo[],
  { nats }: Connected,
  { replicas }: NatsAddress,
): string[] {
  const isCluster = nats.info!.cluster !== undefined;
  const warnings: string[] = [];
  if (replicas === 1)
    warnings.push(
      isCluster
        ? 'Each stream has only one replica although the servers are a cluster: if the one server that has it is lost, accepted pushes are lost. Set replicas=3 in CHATPUSH_STORE, and change the streams (nats stream edit --replicas 3).'
        : 'There is only one server: while it is down nothing is accepted, and its disk has the only copy. Run three, and set replicas=3 in CHATPUSH_STORE.',
    );
  for (const stream of streams) warnings.push(...stateOf(stream));
  return warnings;
}

function stateOf({ config: { name }, cluster }: StreamInfo): string[] {
  if (cluster === undefined) return [];
  if (cluster.leader === undefined || cluster.leader === '')
    return [
      `The stream ${name} has no leader, so nothing can be written to it: check that most of its servers are running.`,
    ];
  const behind = (cluster.replicas ?? []).filter(({ current, offline }) => !current || offline);
  return behind.map(
    ({ name: server, offline }) =>
      `The replica of ${name} on ${server} is ${offline ? 'offline' : 'behind'}: until it is back, the loss of another server may stop the store.`,
  );
}

/** For `doctor`: the warnings of servers that the store would work with, or a rejection with what is wrong. */
export async function examineJetStream(address: NatsAddress): Promise<readonly string[]> {
  const connected = await connectTo(address);
  try {
    const streams = await findStreams(connected.manager, address);
    return [...warningsOf(streams, connected, address), UNSEEN];
  } catch (error) {
    throw explainedBy(error, address);
  } finally {
    await connected.nats.close();
  }
}
