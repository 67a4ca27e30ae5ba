// The streams: created if missing, otherwise checked.
import {
  DiscardPolicy,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  type JetStreamManager,
  type StreamInfo,
} from '@nats-io/jetstream';
import type { NatsAddress } from '../../addresses/nats-url.ts';
import { controlLayout, shardLayout } from './layout.ts';

/** The layout of the messages. Increase it with any change that older versions cannot read. */
const FORMAT = '3';

const STREAM_NOT_FOUND = 10059;

const NEEDED = {
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  max_msgs_per_subject: 1,
  discard: DiscardPolicy.Old,
  allow_direct: true,
  allow_atomic: true,
  allow_msg_ttl: true,
} as const;

interface Wanted {
  readonly name: string;
  readonly subjects: string[];
  readonly metadata: Readonly<Record<string, string>>;
}

function wantedStreams({ prefix, shards }: NatsAddress): Wanted[] {
  const control = controlLayout(prefix);
  const metadata = { 'chatpush-format': FORMAT, 'chatpush-shards': String(shards) };
  const ofShards = Array.from({ length: shards }, (_, shard) => shardLayout(prefix, shard));
  return [
    { name: control.stream, subjects: [...control.all], metadata },
    ...ofShards.map(({ stream, all }) => ({ name: stream, subjects: [all], metadata })),
  ];
}

async function find(manager: JetStreamManager, name: string): Promise<StreamInfo | undefined> {
  try {
    return await manager.streams.info(name);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND) return undefined;
    throw error;
  }
}

/** All streams, created if missing. Rejects with one sentence about what is wrong with one, and how to fix it. */
export async function prepareStreams(manager: JetStreamManager, address: NatsAddress): Promise<StreamInfo[]> {
  const streams: StreamInfo[] = [];
  for (const wanted of wantedStreams(address)) {
    const there = await find(manager, wanted.name);
    // Several nodes may start at once: creating a stream that another has just created in the same way is not an
    // error.
    const info =
      there ?? (await manager.streams.add({ ...NEEDED, ...wanted, num_replicas: address.replicas }));
    check(info, address);
    streams.push(info);
  }
  return streams;
}

/** The existing streams, checked; none before the first start. */
export async function findStreams(manager: JetStreamManager, address: NatsAddress): Promise<StreamInfo[]> {
  const found = await Promise.all(wantedStreams(address).map(({ name }) => find(manager, name)));
  const streams = found.filter((info) => info !== undefined);
  for (const info of streams) check(info, address);
  return streams;
}

function check({ config }: StreamInfo, { replicas, shards }: NatsAddress): void {
  const { name, metadata = {}, num_replicas: replicasNow } = config;
  const { 'chatpush-format': format, 'chatpush-shards': shardsNow } = metadata;
  if (format === undefined)
    throw new Error(`The stream ${name} has another owner: choose another prefix (?prefix=…).`);
  if (format !== FORMAT)
    throw new Error(
      `The stream ${name} has the format ${format}, and this chatpush knows ${FORMAT}: start the version that wrote it, or export with that version and import into another prefix (?prefix=…).`,
    );
  if (shardsNow !== String(shards))
    throw new Error(
      `The stream ${name} is one of ${shardsNow} shards, and CHATPUSH_STORE says ${shards}: write shards=${shardsNow}. To have another number, export and import into another prefix.`,
    );
  for (const [key, value] of Object.entries(NEEDED)) {
    const now = config[key as keyof typeof NEEDED] ?? false;
    if (now !== value)
      throw new Error(
        `The stream ${name} has ${key} = ${String(now)}, and chatpush needs ${String(value)}: correct it with nats stream edit ${name}, or name another prefix (?prefix=…).`,
      );
  }
  if (replicasNow !== replicas)
    throw new Error(
      `The stream ${name} has ${replicasNow} replicas, and CHATPUSH_STORE asks for ${replicas}: write replicas=${replicasNow}, or nats stream edit ${name} --replicas ${replicas}.`,
    );
}
