// A sender for one Firebase project at FCM's HTTP v1 API, or at a server with the same API.
import { hostOf } from '../../addresses/base-url.ts';
import type { Clock } from '../../clock.ts';
import type { Endpoint, Resolve } from '../connect.ts';
import type { Answer } from '../exchange.ts';
import type { Gateway, GatewayEvents, Outcome } from '../gateway.ts';
import { requestFields, templateByToken } from '../http2/header-template.ts';
import { FCM_POLICY, type PoolPolicy } from '../policy.ts';
import { createPool } from '../pool.ts';
import { retryAfterMs } from '../retry-after.ts';
import { createRemedyRetry } from '../remedy-retry.ts';
import { createCombinedTrouble } from '../combined-trouble.ts';
import { createAccessTokens, type ServiceAccount } from './access-token.ts';
import { fcmMeaning, parseFcmError } from './answers.ts';
import { directMessage, fcmMessage, type FcmLook } from './payload.ts';

export interface FcmOptions {
  /** `fcm`, or `fcm (emulated)`. */
  readonly name: string;
  /** `https://fcm.googleapis.com`, or an emulator's. HTTPS only, no path. */
  readonly url: string;
  /** PEM of the authorities to trust instead of Node's own list, at both addresses: for emulators. */
  readonly ca?: string;
  readonly serviceAccount: ServiceAccount;
  /** Settings that apply to every message. */
  readonly look?: FcmLook;
  /** URL of an HTTP proxy to both addresses; it may contain user and password. */
  readonly proxy?: string;
  readonly events: GatewayEvents;
  readonly clock: Clock;
  readonly policy?: PoolPolicy;
  readonly resolve?: Resolve;
  readonly random?: () => number;
}

/** Throws if the account's key or the URL cannot be read. */
export function createFcmGateway(options: FcmOptions): Gateway {
  const { clock, events, policy = FCM_POLICY, random = Math.random } = options;
  const url = new URL(options.url);
  const combined = createCombinedTrouble<'connection' | 'token'>((trouble) => events.trouble(trouble));
  const remedyRetry = createRemedyRetry(() => clock.monotonic());
  let wanted = 0;
  const tokens = createAccessTokens({
    account: options.serviceAccount,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(options.proxy === undefined ? {} : { proxy: options.proxy }),
    clock,
    random,
    backOff: policy.backOff,
    deadlineMs: policy.attemptMs,
    onToken: () => {
      // The connection may have been idle until now.
      pool.want(wanted);
      if (credit() > 0) events.credit();
    },
    onTrouble: (trouble) => combined.set('token', trouble),
  });
  const endpoint: Endpoint = {
    host: hostOf(url),
    port: Number(url.port || 443),
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(options.proxy === undefined ? {} : { proxy: options.proxy }),
  };
  const pool = createPool({
    endpoint,
    policy,
    clock,
    random,
    onCredit: () => {
      if (credit() > 0) events.credit();
    },
    onTrouble: (trouble) => combined.set('connection', trouble),
    ...(options.resolve === undefined ? {} : { resolve: options.resolve }),
  });
  const path = `/v1/projects/${encodeURIComponent(options.serviceAccount.project_id)}/messages:send`;
  const templateFor = templateByToken((token) => [
    ...requestFields(endpoint, path),
    ['authorization', `Bearer ${token}`],
    ['content-type', 'application/json'],
  ]);

  function credit(): number {
    return tokens.current === undefined ? 0 : pool.credit;
  }

  function outcomeOf(answer: Answer, token: string): Outcome {
    const { status, ms } = answer;
    if (status >= 200 && status < 300) {
      const name = messageName(answer.body);
      // Google returns a name for every message it accepts. Without a name, something in between answered, and no
      // phone got anything; but a body that was cut off may have contained one.
      if (name === '' && answer.whole)
        return { kind: 'unknown', answer: `${status} without a message name`, ms };
      remedyRetry.worked(answer.startedAt);
      return { kind: 'accepted', answer: `${status} ${name}`.trimEnd(), ms };
    }
    const error = parseFcmError(status, answer.body);
    const { verdict, remedy, uncured = verdict } = fcmMeaning(error);
    if (remedy === 'new-token') tokens.refused(token);
    if (remedy === 'new-connection') answer.session.retire(`answered ${status}`);
    if (remedy === undefined) remedyRetry.worked(answer.startedAt);
    const isCured = remedy === undefined || remedyRetry.refused(answer.startedAt);
    const reason = error.errorCode ?? error.googleStatus ?? String(status);
    const retryAfter = retryAfterMs(answer.headers.get('retry-after'), clock.now());
    return {
      kind: 'rejected',
      verdict: isCured ? verdict : uncured,
      answer: reason === String(status) ? reason : `${status} ${reason}`,
      reason,
      ...(error.message === '' ? {} : { detail: error.message }),
      ...(retryAfter === undefined ? {} : { retryAfterMs: retryAfter }),
      ms,
    };
  }

  return {
    name: options.name,
    get credit() {
      return credit();
    },
    want(attempts) {
      wanted = attempts;
      tokens.want(attempts > 0);
      pool.want(attempts);
    },
    attempt: (push) =>
      new Promise((resolve) => {
        const token = tokens.current;
        if (token === undefined) return resolve({ kind: 'unsent', answer: 'no access token', ms: 0 });
        tokens.renewIfDue();
        const head = { template: templateFor(token), values: [] };
        const body = 'payload' in push ? directMessage(push) : fcmMessage(push, clock.now(), options.look);
        pool.request(head, body, (result) => {
          resolve(result.kind === 'answered' ? outcomeOf(result, token) : result);
        });
      }),
    close(graceMs) {
      tokens.close();
      return pool.close(graceMs);
    },
  };
}

/** `projects/…/messages/…`, Google's name of the message. */
function messageName(body: string): string {
  try {
    const { name } = JSON.parse(body) as { name?: unknown };
    return typeof name === 'string' ? name : '';
  } catch {
    return ''; // cut off, or not from Google
  }
}
