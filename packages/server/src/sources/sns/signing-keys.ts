// The keys that SNS signs with: verified once per certificate, then kept until it expires.
import type { KeyObject } from 'node:crypto';
import { ServiceError } from '../../service-error.ts';
import { proveCertificate, readAuthorities } from './chain.ts';
import type { Authorities } from './chain.ts';
import type { Reach } from './reach.ts';
import { SnsRefusal } from './refusal.ts';
import type { Topic } from './topic.ts';

export interface SigningKey {
  readonly key: KeyObject;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Rejects with SnsRefusal, or with ServiceUnavailableException if it cannot be decided now and SNS should repeat. */
export type FindSigningKey = (topic: Topic, url: URL) => Promise<SigningKey>;

/** SNS has one certificate per region at a time, and a few while it changes them. */
const MAX_KEPT = 100;
/** Anyone can post addresses of certificates that do not exist; this limits the requests to AWS. */
const MAX_FETCHES = 4;
/** How long a refusal is remembered. */
const REFUSED_MS = 60_000;

type Kept = SigningKey | { readonly refusal: SnsRefusal; readonly expiresAt: number };

export function createSigningKeys(options: {
  readonly reach: Reach;
  readonly now: () => number;
  /** PEM; default: those of this machine. */
  readonly authorities?: readonly string[] | undefined;
}): FindSigningKey {
  const { reach, now } = options;
  const kept = new Map<string, Kept>();
  const fetching = new Map<string, Promise<Kept>>();
  let authorities: Authorities | undefined;

  async function fetchKey(topic: Topic, url: URL): Promise<Kept> {
    // Read when first needed: a hundred and fifty certificates, 10 ms.
    authorities ??= readAuthorities(options.authorities);
    try {
      const { status, body } = await reach(url);
      // A failure on SNS's side must not count as a forgery, because refused messages are lost.
      if (status >= 500 || status === 408 || status === 429) throw new Error(`${url.host} answers ${status}`);
      if (status !== 200) throw new SnsRefusal('bad-certificate', `${url.host} answers ${status} for it`);
      const certificate = await proveCertificate(body.toString(), topic, { authorities, reach, now: now() });
      return { key: certificate.publicKey, expiresAt: certificate.validToDate.getTime() };
    } catch (error) {
      if (error instanceof SnsRefusal) return { refusal: error, expiresAt: now() + REFUSED_MS };
      throw unavailable('The certificate cannot be verified now', error);
    }
  }

  async function fetchOnce(topic: Topic, url: URL): Promise<Kept> {
    const running = fetching.get(url.href);
    if (running) return running;
    if (fetching.size >= MAX_FETCHES) throw unavailable('Too many certificates are being fetched');
    const fetched = fetchKey(topic, url).finally(() => fetching.delete(url.href));
    fetching.set(url.href, fetched);
    const found = await fetched;
    // The oldest refusal is removed first, because strangers can cause refusals.
    const oldest = [...kept].find(([, one]) => 'refusal' in one)?.[0] ?? kept.keys().next().value;
    if (kept.size >= MAX_KEPT && oldest !== undefined) kept.delete(oldest);
    kept.set(url.href, found);
    return found;
  }

  return async (topic, url) => {
    let found = kept.get(url.href);
    if (found === undefined || found.expiresAt <= now()) {
      kept.delete(url.href);
      found = await fetchOnce(topic, url);
    }
    if ('refusal' in found) throw found.refusal;
    return found;
  };
}

export const unavailable = (what: string, cause?: unknown): ServiceError =>
  new ServiceError('ServiceUnavailableException', `${what}; repeat the message.`, { cause });
