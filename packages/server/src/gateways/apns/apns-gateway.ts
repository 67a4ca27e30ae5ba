// A sender for one topic and credential at Apple's push service, or at a server with the same protocol.
import type { Clock } from '../../clock.ts';
import type { Endpoint, Resolve } from '../connect.ts';
import type { Answer } from '../exchange.ts';
import type { DirectPush, Gateway, GatewayEvents, Outcome, Push } from '../gateway.ts';
import { requestFields, templateByToken, VARIES } from '../http2/header-template.ts';
import { APNS_POLICY, type PoolPolicy } from '../policy.ts';
import { createPool } from '../pool.ts';
import { retryAfterMs } from '../retry-after.ts';
import { createRemedyRetry } from '../remedy-retry.ts';
import { APNS_ANSWERS, apnsMeaning, type Remedy } from './answers.ts';
import { apnsPayload, type ApnsLook } from './payload.ts';
import { createProviderTokens, type ProviderKey } from './provider-token.ts';

/** A TLS client certificate from Apple and its key, both PEM. */
export interface ProviderCertificate {
  readonly certificate: string;
  readonly privateKey: string;
}

export interface ApnsOptions {
  /** `apns` or `apns-sandbox`, followed by ` (emulated)` where it is. */
  readonly name: string;
  /** `api.push.apple.com`, `api.sandbox.push.apple.com`, or an emulator's host. */
  readonly host: string;
  /** 443 or 2197. */
  readonly port: number;
  /** PEM of the authorities to trust instead of Node's own list: for emulators. */
  readonly ca?: string;
  /** The app's bundle id. */
  readonly topic: string;
  readonly auth: ProviderKey | ProviderCertificate;
  /** Settings added to every notification. */
  readonly look?: ApnsLook;
  /** URL of an HTTP proxy; it may contain user and password. */
  readonly proxy?: string;
  readonly events: GatewayEvents;
  readonly clock: Clock;
  readonly policy?: PoolPolicy;
  readonly resolve?: Resolve;
  readonly random?: () => number;
}

/** Throws when the key or certificate cannot be read, or the topic is invalid. */
export function createApnsGateway(options: ApnsOptions): Gateway {
  const { auth, clock, events, topic, look } = options;
  const priority = look?.priority === 'normal' ? '5' : '10';
  if (!/^[\w.-]+$/.test(topic))
    throw new Error(`${JSON.stringify(topic)} is not an APNs topic: it must be a bundle id`);
  const tokens = 'keyId' in auth ? createProviderTokens(auth, () => clock.now()) : undefined;
  const remedyRetry = createRemedyRetry(() => clock.monotonic());
  const endpoint: Endpoint = {
    host: options.host,
    port: options.port,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...('certificate' in auth ? { client: auth } : {}),
    ...(options.proxy === undefined ? {} : { proxy: options.proxy }),
  };
  const pool = createPool({
    endpoint,
    policy: options.policy ?? APNS_POLICY,
    clock,
    onCredit: () => events.credit(),
    onTrouble: (trouble) => events.trouble(trouble),
    // "One stream until the first request with a valid token": a 403 means that this request's token was not valid.
    ...(tokens === undefined ? {} : { probe: (answer: Answer) => answer.status !== 403 }),
    // A GOAWAY gives its reason with the same words as an answer.
    isCredentialFault: (reason) => APNS_ANSWERS[`403 ${reason}`]?.verdict === 'credential',
    ...(options.resolve === undefined ? {} : { resolve: options.resolve }),
    ...(options.random === undefined ? {} : { random: options.random }),
  });

  const templateOf = (pushType: string | typeof VARIES, itsPriority: string | typeof VARIES) =>
    templateByToken((token) => [
      ...requestFields(endpoint, VARIES),
      ...(token === undefined ? [] : ([['authorization', `bearer ${token}`]] as const)),
      ['apns-topic', topic],
      ['apns-push-type', pushType],
      ['apns-priority', itsPriority],
      ['apns-id', VARIES],
      ['apns-collapse-id', VARIES],
      ['apns-expiration', VARIES],
    ]);
  const templateFor = templateOf('alert', priority);
  const directTemplateFor = templateOf(VARIES, VARIES);

  /** The values for the template's placeholders, in order. */
  function valuesFor({ deviceToken, deliveryId, expiresAt }: Push): string[] {
    const path = `/3/device/${pathSegment(deviceToken)}`;
    return [path, deliveryId, deliveryId, String(Math.floor(expiresAt / 1000))];
  }

  function directValuesFor(push: DirectPush): string[] {
    const { deliveryId, pushType = 'alert', collapseId = deliveryId } = push;
    const path = `/3/device/${pathSegment(push.deviceToken)}`;
    const expiration = String(Math.floor(push.expiresAt / 1000));
    return [path, pushType, push.priority ?? '10', deliveryId, collapseId, expiration];
  }

  function outcomeOf(answer: Answer, token: string | undefined): Outcome {
    const { status, ms, startedAt } = answer;
    if (status >= 200 && status < 300) {
      // Apple returns the id with every 200. Without it, something in between answered, and no phone got anything.
      if (answer.headers.get('apns-id') === undefined)
        return { kind: 'unknown', answer: `${status} without apns-id`, ms };
      remedyRetry.worked(startedAt);
      return { kind: 'accepted', answer: String(status), ms };
    }
    const { reason, timestamp } = explanation(answer.body);
    const { verdict, remedy, uncured = verdict } = apnsMeaning(status, reason);
    if (remedy === undefined) remedyRetry.worked(startedAt);
    const isCured = remedy === undefined || cure(remedy, answer, token);
    const retryAfter = retryAfterMs(answer.headers.get('retry-after'), clock.now());
    return {
      kind: 'rejected',
      verdict: isCured ? verdict : uncured,
      answer: `${status} ${reason}`.trimEnd(),
      reason: reason || String(status),
      ...(status === 410 && timestamp !== undefined ? { deadSince: timestamp } : {}),
      ...(retryAfter === undefined ? {} : { retryAfterMs: retryAfter }),
      ms,
    };
  }

  /** Prepares what the next attempt needs. False: this was already done and did not help. */
  function cure(remedy: Remedy, answer: Answer, token: string | undefined): boolean {
    switch (remedy) {
      case 'new-connection':
        answer.session.retire(`answered ${answer.status}`);
        return remedyRetry.refused(answer.startedAt);
      case 'new-token':
        return remedyRetry.refused(answer.startedAt);
      case 'previous-token':
        if (tokens?.current() !== token || tokens?.keepPrevious() === true) return true;
        answer.session.retire(`answered ${answer.status}`);
        return false;
    }
  }

  return {
    name: options.name,
    get credit() {
      return pool.credit;
    },
    want: (attempts) => pool.want(attempts),
    attempt: (push) =>
      new Promise((resolve) => {
        const token = tokens?.current();
        const [head, body] =
          'payload' in push
            ? [{ template: directTemplateFor(token), values: directValuesFor(push) }, push.payload]
            : [{ template: templateFor(token), values: valuesFor(push) }, apnsPayload(push, look)];
        pool.request(head, body, (result) => {
          resolve(result.kind === 'answered' ? outcomeOf(result, token) : result);
        });
      }),
    close: (graceMs) => pool.close(graceMs),
  };
}

/** Apple's tokens are hexadecimal; any other token that was registered must not change the path. */
function pathSegment(token: string): string {
  return /^[\w-]*$/.test(token) ? token : encodeURIComponent(token.toWellFormed());
}

function explanation(body: string): { reason: string; timestamp?: number } {
  try {
    const { reason, timestamp } = JSON.parse(body) as { reason?: unknown; timestamp?: unknown };
    return {
      reason: typeof reason === 'string' ? reason : '',
      ...(typeof timestamp === 'number' ? { timestamp } : {}),
    };
  } catch {
    return { reason: '' }; // not Apple's format: something in between answered, so only the status counts
  }
}
