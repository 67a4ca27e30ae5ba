// Gateways under test with their reports, and helpers that wait for events instead of time.
import type { Emulator } from '@chatpush/emulator';
import { generateKeyPairSync } from 'node:crypto';
import type { TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { systemClock } from '../../src/clock.ts';
import { createApnsGateway, type ApnsOptions } from '../../src/gateways/apns/apns-gateway.ts';
import type { Gateway, Outcome, Push, Trouble } from '../../src/gateways/gateway.ts';
import { createFcmGateway, type FcmOptions } from '../../src/gateways/fcm/fcm-gateway.ts';
import { APNS_POLICY, FCM_POLICY, type PoolPolicy } from '../../src/gateways/policy.ts';
import { authority, type Peer } from './peer.ts';

const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** An APNs key for these tests. */
export const providerKey = {
  keyId: 'ABCDEFGHIJ',
  teamId: 'KLMNOPQRST',
  privateKey: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }),
};
export const providerPublicKey = keys.publicKey;

/** Shortened timeouts, still long enough for a busy machine. */
export const IMPATIENT: PoolPolicy = {
  ...APNS_POLICY,
  connectMs: 2_000,
  attemptMs: 500,
  overdueMs: 200,
  pingAnswerMs: 1_000,
  backOff: { firstMs: 20, mostMs: 100 },
};

/** Long enough that nothing times out unless the test is broken. */
export const PATIENT: PoolPolicy = { ...APNS_POLICY, backOff: { firstMs: 20, mostMs: 100 } };

export interface Watched {
  readonly gateway: Gateway;
  readonly troubles: (Trouble | undefined)[];
  /** Resolves as soon as `check` holds; checked after every report of the gateway. */
  readonly until: (check: () => boolean) => Promise<void>;
  /** Starts an attempt as soon as there is credit. */
  readonly send: (push?: Partial<Push>) => Promise<Outcome>;
  /** Starts `n` attempts in one tick, as soon as there is credit for all. */
  readonly begin: (n: number) => Promise<Promise<Outcome>[]>;
}

/** Waits for conditions without an event, such as falling credit: checks once per turn of the event loop. */
export async function soon(check: () => boolean): Promise<void> {
  while (!check()) await setImmediate();
}

let pushes = 0;

export function aPush(push: Partial<Push> = {}): Push {
  pushes++;
  return {
    deliveryId: `00000000-0000-8000-8000-${String(pushes).padStart(12, '0')}`,
    deviceToken: 'c0ffee'.repeat(10),
    title: '',
    body: `message ${pushes}`,
    data: {
      initialContactId: 'contact-1',
      messageId: `m${pushes}`,
      messageType: 'MESSAGE',
      contentType: 'text/plain',
    },
    expiresAt: Date.now() + 60_000,
    ...push,
  };
}

export interface Reports {
  readonly troubles: (Trouble | undefined)[];
  readonly events: { credit(): void; trouble(trouble: Trouble | undefined): void };
  readonly until: (check: () => boolean) => Promise<void>;
}

export function reports(): Reports {
  const troubles: (Trouble | undefined)[] = [];
  const waiting = new Set<() => void>();
  const look = (): void => {
    for (const check of waiting) check();
  };
  return {
    troubles,
    events: {
      credit: look,
      trouble(trouble) {
        troubles.push(trouble);
        look();
      },
    },
    until(check) {
      if (check()) return Promise.resolve();
      return new Promise((resolve) => {
        const again = (): void => {
          if (!check()) return;
          waiting.delete(again);
          resolve();
        };
        waiting.add(again);
      });
    },
  };
}

export function watch(test: TestContext, gateway: Gateway, { troubles, until }: Reports): Watched {
  test.after(() => gateway.close(0));
  return {
    gateway,
    troubles,
    until,
    async send(push = {}) {
      gateway.want(1);
      await until(() => gateway.credit > 0);
      const attempt = gateway.attempt(aPush(push));
      gateway.want(0);
      return attempt;
    },
    async begin(n) {
      gateway.want(n);
      await until(() => gateway.credit >= n);
      const attempts = Array.from({ length: n }, () => gateway.attempt(aPush()));
      gateway.want(0);
      return attempts;
    },
  };
}

const certificate = authority.issueProvider('Apple Push Services: com.example.chat', 'com.example.chat');

/** A sender with a certificate, so that no first attempt has to validate a token. */
export function openWithCertificate(
  test: TestContext,
  peer: Pick<Peer, 'host' | 'port' | 'ca'>,
  options: Partial<ApnsOptions> = {},
): Watched {
  return openApns(test, peer, { auth: certificate, ...options });
}

/** An FCM sender to an emulator; closed with the test. */
export function openFcm(test: TestContext, emulator: Emulator, options: Partial<FcmOptions> = {}): Watched {
  const reported = reports();
  const gateway = createFcmGateway({
    name: 'fcm (emulated)',
    url: emulator.fcm.url,
    ca: emulator.ca,
    serviceAccount: emulator.credentials.fcm,
    events: reported.events,
    clock: systemClock,
    policy: { ...FCM_POLICY, backOff: PATIENT.backOff },
    ...options,
  });
  return watch(test, gateway, reported);
}

/** An APNs sender to this peer; closed with the test. */
export function openApns(
  test: TestContext,
  peer: Pick<Peer, 'host' | 'port' | 'ca'>,
  options: Partial<ApnsOptions> = {},
): Watched {
  const reported = reports();
  const gateway = createApnsGateway({
    name: 'apns',
    host: peer.host,
    port: peer.port,
    ca: peer.ca,
    topic: 'com.example.chat',
    auth: providerKey,
    events: reported.events,
    clock: systemClock,
    policy: PATIENT,
    ...options,
  });
  return watch(test, gateway, reported);
}
