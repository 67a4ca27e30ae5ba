// An APNs key is replaced through Pinpoint's API while two nodes push, and the old key is revoked at the gateway a little later.
// The notification that tells the other node about the change may be lost.
import { setTimeout as wait } from 'node:timers/promises';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateAppCommand, PinpointClient, UpdateApnsChannelCommand } from '@aws-sdk/client-pinpoint';
import { createClient } from '@chatpush/client';
import { startEmulator } from '@chatpush/emulator';
import pg from 'pg';
import { createSecretKeyText } from '../../src/secrets/secret-keys.ts';
import { end, start } from '../promises/process.ts';
import type { Process } from '../promises/process.ts';

const REGION = 'eu-central-1';
const KEY = { accessKeyId: 'OPERATOR', secretAccessKey: 'an-operators-secret' };
const TEAM = 'ROTATETEAM';
const TOPIC = 'com.example.chat';
const CONTACTS = 100;
/** Calls per second of each node; their size follows from the rate. */
const CALLS_PER_SECOND = 10;
/** The time limit for accepted pushes. */
const ARRIVES_WITHIN_MS = 60_000;
/** How often listening connections are cut while the key is replaced; each takes a second to reconnect. */
const CUT_MS = 50;

export interface Rotation {
  /** Whether the other node's notification is lost. */
  readonly isHintLost: boolean;
  /** When the old key is revoked, counted from the answer to the call that replaces it. */
  readonly revokedAfterMs: number;
}

export interface Rotated {
  readonly sent: number;
  /** The messages for which pushes were sent. */
  readonly seconds: number;
  readonly lost: number;
  readonly duplicates: number;
  readonly callsRefused: readonly string[];
  /** Pushes that the gateway refused because of their key. */
  readonly refusedForKey: number;
  /** For each rotation, the longest time that a connection with the old key was still used. */
  readonly oldKeyUsedMs: readonly number[];
  readonly connectionsCut: number;
  /** Connections that could have received a notification that was meant to be lost. */
  readonly listenersLeft: number;
}

/** `random` chooses which node gets the call, and when. */
export async function rotateKeys(options: {
  /** PostgreSQL, by its URL. */
  readonly store: string;
  readonly pushesPerSecond: number;
  readonly rotations: readonly Rotation[];
  readonly random: () => number;
}): Promise<Rotated> {
  const { rotations, random } = options;
  const keys = [...Array(rotations.length + 1).keys()].map((index) => ({
    keyId: `ROTATE${String(index).padStart(4, '0')}`,
    teamId: TEAM,
    key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    }),
  }));
  await using resources = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'chatpush-rotation-'));
  resources.defer(() => rmSync(folder, { recursive: true }));
  const emulator = resources.use(await startEmulator({ strict: { keys: { apns: keys } } }));
  const config = join(folder, 'settings.json');
  writeFileSync(
    config,
    JSON.stringify({
      accessKeys: [{ id: KEY.accessKeyId, secret: KEY.secretAccessKey, instances: 'all' }],
      instances: ['one'],
      gateways: { APNS: { url: emulator.apns.url, ca: emulator.ca } },
    }),
  );
  const environment = {
    CHATPUSH_CONFIG: config,
    CHATPUSH_PORT: '0',
    CHATPUSH_STORE: options.store,
    CHATPUSH_SECRET_KEY: createSecretKeyText(),
    CHATPUSH_LOG: 'silent',
  };
  const startNode = async (): Promise<Process> => {
    const node = await start([], environment);
    resources.defer(() => end(node, 'SIGTERM'));
    return node;
  };
  const nodes = await Promise.all([startNode(), startNode()]);
  const clients = nodes.map(({ url }) =>
    createClient({ region: REGION, endpoint: url, credentials: KEY, maxAttempts: 1 }),
  );
  const operators = nodes.map(({ url }) => {
    const operator = new PinpointClient({ region: REGION, endpoint: url, credentials: KEY });
    resources.defer(() => operator.destroy());
    return operator;
  });

  const { ApplicationResponse } = await operators[0]!.send(
    new CreateAppCommand({ CreateApplicationRequest: { Name: 'Support' } }),
  );
  const { Id, Arn } = ApplicationResponse as { Id: string; Arn: string };
  const useKey = (index: number, operator: PinpointClient) =>
    operator.send(
      new UpdateApnsChannelCommand({
        ApplicationId: Id,
        APNSChannelRequest: {
          BundleId: TOPIC,
          TeamId: TEAM,
          TokenKey: keys[index]!.key,
          TokenKeyId: keys[index]!.keyId,
        },
      }),
    );
  await useKey(0, operators[0]!);
  for (let contact = 0; contact < CONTACTS; contact++)
    await clients[0]!.createPushNotificationRegistration({
      instanceId: 'one',
      pinpointAppArn: Arn,
      deviceType: 'APNS',
      deviceToken: contact.toString(16).padStart(64, '0'),
      contactConfiguration: { contactId: `contact-${contact}`, includeRawMessage: true },
    });

  const awaited = new Set<string>();
  let received = 0;
  let refusedForKey = 0;
  const connections = new Set<number>();
  /** Connections with the previous key, and when one of them was last used. */
  let before: { readonly connections: ReadonlySet<number>; usedAt?: number } | undefined;
  emulator.subscribe((event) => {
    if (event.type === 'notification') {
      received++;
      awaited.delete((event.notification.payload as { messageId: string }).messageId);
    } else if (event.type === 'request') {
      const { connection, verdict, at } = event.request;
      if (verdict === 'InvalidProviderToken') refusedForKey++;
      connections.add(connection);
      if (before?.connections.has(connection)) before.usedAt = at;
    }
  });

  const over = new AbortController();
  let sent = 0;
  const callsRefused: string[] = [];
  const load = async (node: number): Promise<void> => {
    const size = Math.max(1, Math.round(options.pushesPerSecond / nodes.length / CALLS_PER_SECOND));
    const begun = performance.now();
    for (let calls = 1; !over.signal.aborted; calls++) {
      const events = Array.from({ length: size }, () => {
        const id = `message-${sent}`;
        awaited.add(id);
        return {
          id,
          contactId: `contact-${sent++ % CONTACTS}`,
          type: 'MESSAGE' as const,
          content: 'Hello',
          participantRole: 'AGENT' as const,
        };
      });
      await clients[node]!.putChatEvents({ instanceId: 'one', events }).catch((error: unknown) => {
        callsRefused.push(String(error));
      });
      const aheadMs = (calls * 1000) / CALLS_PER_SECOND - (performance.now() - begun);
      if (aheadMs > 0) await wait(aheadMs);
    }
  };
  const begun = performance.now();
  const loads = nodes.map((_, node) => load(node));

  const database = new pg.Client(options.store);
  await database.connect();
  resources.defer(() => database.end());
  const LISTENERS = "from pg_stat_activity where query like 'listen chatpush%'";
  let connectionsCut = 0;
  let listenersLeft = 0;
  const cutListeners = async (): Promise<void> => {
    const { rowCount } = await database.query(`select pg_terminate_backend(pid) ${LISTENERS}`);
    connectionsCut += rowCount ?? 0;
  };
  const keepCutting = async (until: AbortSignal): Promise<void> => {
    while (!until.aborted) {
      await cutListeners();
      await wait(CUT_MS);
    }
  };

  const oldKeyUsedMs: number[] = [];
  for (const [index, { isHintLost, revokedAfterMs }] of rotations.entries()) {
    await wait(1_000 * (1 + random()));
    const told = Math.floor(random() * nodes.length);
    const replaced = new AbortController();
    if (isHintLost) await cutListeners();
    const cutting = isHintLost ? keepCutting(replaced.signal) : undefined;
    before = { connections: new Set(connections) };
    await useKey(index + 1, operators[told]!);
    const at = Date.now();
    replaced.abort();
    await cutting;
    if (isHintLost) listenersLeft += (await database.query(`select 1 ${LISTENERS}`)).rowCount ?? 0;
    await wait(revokedAfterMs - (Date.now() - at));
    emulator.revokeKey(keys[index]!.keyId);
    oldKeyUsedMs.push(Math.max(0, (before.usedAt ?? at) - at));
    await wait(1_000);
  }
  over.abort();
  await Promise.all(loads);
  const seconds = (performance.now() - begun) / 1000;
  const deadline = performance.now() + ARRIVES_WITHIN_MS;
  while (awaited.size > 0 && performance.now() < deadline) await wait(50);
  return {
    sent,
    seconds,
    lost: awaited.size,
    duplicates: received - (sent - awaited.size),
    callsRefused,
    refusedForKey,
    oldKeyUsedMs,
    connectionsCut,
    listenersLeft,
  };
}
