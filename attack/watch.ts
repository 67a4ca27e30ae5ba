// Watches the target during an attack: whether it answers, how much memory it uses, and whether the calm tenant is served.
import { Agent, get } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { createClient } from '../packages/client/src/index.ts';
import type { Findings } from './findings.ts';
import { APPLICATION, INSTANCES, KEYS } from './target.ts';
import type { Target } from './target.ts';

export interface Watch {
  readonly livezMs: readonly number[];
  readonly callMs: readonly number[];
  readonly mostResidentMb: number;
  /** The longest block of this process, which is part of the times that it measured. */
  readonly ownBlockMs: number;
  stop(): Promise<void>;
}

const EVERY_MS = 100;
const CALL_TIMEOUT_MS = 10_000;
const RESOLUTION_MS = 10;

export async function startWatch(target: Target, findings: Findings): Promise<Watch> {
  const client = createClient({
    region: 'eu-central-1',
    endpoint: target.url,
    credentials: { accessKeyId: KEYS.calm.id, secretAccessKey: KEYS.calm.secret },
    maxAttempts: 1,
    attemptTimeoutMs: CALL_TIMEOUT_MS,
  });
  const instanceId = INSTANCES.calm;
  await client.createPushNotificationRegistration({
    instanceId,
    pinpointAppArn: APPLICATION,
    deviceToken: 'the-phone-of-the-calm-tenant',
    deviceType: 'GCM',
    contactConfiguration: { contactId: 'calm-contact', includeRawMessage: true },
  });
  const own = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  own.enable();
  const livezMs: number[] = [];
  const callMs: number[] = [];
  let mostResidentMb = 0;
  const stopped = new AbortController();
  const agent = new Agent({ keepAlive: true });

  const livez = (): Promise<void> =>
    new Promise((resolve) => {
      const begunAtMs = performance.now();
      get(new URL('/livez', target.url), { agent, timeout: CALL_TIMEOUT_MS }, (response) => {
        response.resume().on('end', () => {
          livezMs.push(performance.now() - begunAtMs);
          resolve();
        });
      }).on('error', (error) => {
        if (!stopped.signal.aborted) findings.add('/livez has no answer', error.message);
        resolve();
      });
    });
  const call = async (number: number): Promise<void> => {
    const begunAtMs = performance.now();
    try {
      await client.putChatEvents({
        instanceId,
        events: [
          {
            id: `calm-${number}`,
            contactId: 'calm-contact',
            type: 'MESSAGE',
            contentType: 'text/plain',
            content: 'Hello',
            participantRole: 'AGENT',
          },
        ],
      });
      callMs.push(performance.now() - begunAtMs);
    } catch (error) {
      if (!stopped.signal.aborted)
        findings.add(`the calm tenant’s call failed: ${(error as Error).name}`, (error as Error).message);
    }
  };
  const running = (async () => {
    for (let number = 0; !stopped.signal.aborted; number++) {
      if (target.hasEnded()) return findings.add('the process ended', 'the attack');
      mostResidentMb = Math.max(mostResidentMb, target.residentMb());
      await Promise.all([livez(), call(number), wait(EVERY_MS)]);
    }
    return undefined;
  })();
  return {
    livezMs,
    callMs,
    get mostResidentMb() {
      return mostResidentMb;
    },
    get ownBlockMs() {
      return Math.max(0, own.max / 1e6 - RESOLUTION_MS);
    },
    stop: async () => {
      own.disable();
      stopped.abort();
      await running;
      agent.destroy();
    },
  };
}
