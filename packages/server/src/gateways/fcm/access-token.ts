// Google's access tokens: a service account signs an assertion (JWT, RS256) and gets a bearer token for about an hour
// (developers.google.com/identity/protocols/oauth2/service-account).
//
//   none ──want()──► fetching ──► fresh ──5 minutes before the end, or refused──► fresh or none, and fetching
//
// Only one fetch runs at a time, however many attempts wait, and the old token is used until it expires.
import { SignJWT } from 'jose';
import { createPrivateKey } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { createBackOff, type BackOffLimits } from '../back-off.ts';
import type { Trouble } from '../gateway.ts';
import { postForm } from './post-form.ts';

/** The members of a service account's key file that are used here. */
export interface ServiceAccount {
  readonly project_id: string;
  readonly client_email: string;
  /** PEM, RSA. */
  readonly private_key: string;
  readonly private_key_id?: string;
  /** Where tokens come from: `https://oauth2.googleapis.com/token`, or an emulator's. */
  readonly token_uri: string;
}

export interface AccessTokens {
  /** The token to use now, without `Bearer`; undefined until one has been fetched. */
  readonly current: string | undefined;
  /** Fetches a token if none is there or it expires soon. Cheap: call it with every attempt. */
  renewIfDue(): void;
  /** Whether attempts are waiting: a failed fetch is retried only while they are. */
  want(wanted: boolean): void;
  /** This token was refused: it is discarded, and the next one is fetched. */
  refused(token: string): void;
  close(): void;
}

export interface AccessTokenOptions {
  readonly account: ServiceAccount;
  /** PEM of the authorities to trust at `token_uri` instead of Node's own list. */
  readonly ca?: string;
  /** URL of an HTTP proxy. */
  readonly proxy?: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly backOff: BackOffLimits;
  /** How long to wait for the token endpoint's answer. */
  readonly deadlineMs: number;
  /** A token is available again. */
  readonly onToken: () => void;
  readonly onTrouble: (trouble: Trouble | undefined) => void;
}

const SCOPE = 'https://www.googleapis.com/auth/firebase.messaging';
const RENEW_AHEAD_MS = 5 * 60_000;
/**
 * A token must outlive an attempt (10 s). A shorter-lived one is treated as missing, or the next would be fetched
 * at once, endlessly.
 */
const LEAST_LIFE_MS = 10_000;
/** Google's tokens last an hour. */
const MOST_LIFE_MS = 86_400_000;

/** Throws if the account's private key cannot be read. */
export function createAccessTokens(options: AccessTokenOptions): AccessTokens {
  const { account, clock } = options;
  const key = createPrivateKey(account.private_key);
  const backOff = createBackOff(options.backOff, () => clock.monotonic(), options.random);
  const closing = new AbortController();
  let token: string | undefined;
  /** Monotonic milliseconds. */
  let endsAt = 0;
  let renewAt = Number.NEGATIVE_INFINITY;
  let fetching = false;
  let wanted = false;
  let retryTimer: NodeJS.Timeout | undefined;

  function renewIfDue(): void {
    const now = clock.monotonic();
    if (fetching || closing.signal.aborted || now < renewAt) return;
    clearTimeout(retryTimer);
    const { waitMs } = backOff;
    if (waitMs <= 0) void renew();
    else if (wanted) retryTimer = setTimeout(renewIfDue, Math.ceil(waitMs));
  }

  async function renew(): Promise<void> {
    fetching = true;
    const fetched = await fetchToken();
    fetching = false;
    if (closing.signal.aborted) return;
    if ('trouble' in fetched) {
      backOff.failed();
      // While a valid token remains there is nothing to report yet.
      if (current() === undefined) options.onTrouble(fetched.trouble);
      if (wanted) renewIfDue();
      return;
    }
    backOff.worked();
    const had = current() !== undefined;
    token = fetched.token;
    endsAt = clock.monotonic() + fetched.lifeMs;
    renewAt = endsAt - Math.min(RENEW_AHEAD_MS, fetched.lifeMs / 2);
    options.onTrouble(undefined);
    if (!had) options.onToken();
  }

  async function fetchToken(): Promise<{ token: string; lifeMs: number } | { trouble: Trouble }> {
    const seconds = Math.floor(clock.now() / 1000);
    const kid = account.private_key_id;
    try {
      const assertion = await new SignJWT({ scope: SCOPE })
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(kid === undefined ? {} : { kid }) })
        .setIssuer(account.client_email)
        .setAudience(account.token_uri)
        .setIssuedAt(seconds)
        .setExpirationTime(seconds + 3600)
        .sign(key);
      const answer = await postForm(
        account.token_uri,
        { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion },
        {
          ca: options.ca,
          proxy: options.proxy,
          signal: AbortSignal.any([closing.signal, AbortSignal.timeout(options.deadlineMs)]),
        },
      );
      return tokenIn(answer.status, answer.body);
    } catch (error) {
      const { code, message, name } = error as NodeJS.ErrnoException;
      const fault = name === 'TimeoutError' ? `no answer within ${options.deadlineMs} ms` : (code ?? message);
      return { trouble: { about: 'connection', answer: `token endpoint: ${fault}` } };
    }
  }

  function current(): string | undefined {
    return token !== undefined && clock.monotonic() < endsAt ? token : undefined;
  }

  return {
    get current() {
      return current();
    },
    renewIfDue,
    want(attemptsWait) {
      wanted = attemptsWait;
      if (wanted) renewIfDue();
      else clearTimeout(retryTimer);
    },
    refused(refusedToken) {
      if (refusedToken !== token) return;
      token = undefined;
      renewAt = Number.NEGATIVE_INFINITY;
      renewIfDue();
    },
    close() {
      closing.abort(new Error('closing'));
      clearTimeout(retryTimer);
    },
  };
}

/** `{"access_token","expires_in"}`, or `{"error","error_description"}` (RFC 6749 §5). */
function tokenIn(status: number, body: string): { token: string; lifeMs: number } | { trouble: Trouble } {
  const said = parsed(body);
  const { access_token: token, expires_in: lifeSeconds } = said;
  if (status === 200 && typeof token === 'string' && typeof lifeSeconds === 'number') {
    const lifeMs = Math.min(lifeSeconds * 1000, MOST_LIFE_MS);
    if (lifeMs >= LEAST_LIFE_MS) return { token, lifeMs };
    const answer = `token endpoint: 200 with expires_in ${lifeSeconds}, less than the ${LEAST_LIFE_MS / 1000} s that a push may take`;
    return { trouble: { about: 'connection', answer } };
  }
  const words = [said['error'], said['error_description']]
    .filter((word) => typeof word === 'string')
    .join(': ');
  // 4xx: our assertion is refused. 429 and 5xx: the endpoint's own failure, which is temporary.
  const passes = status === 429 || status >= 500;
  const about = status >= 400 && !passes ? 'credential' : 'connection';
  // A working token endpoint returns a token or an error; one that is overloaded or broken may return neither.
  const wordless = passes ? 'without a token' : 'with neither token nor error';
  return { trouble: { about, answer: `token endpoint: ${status} ${words || wordless}` } };
}

function parsed(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {}; // not JSON: only the status counts
  }
}
