// Provider tokens: JWTs that a sender signs with its APNs key.
// https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns
import { verify } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { RegisteredApnsKey } from '../strictness.ts';
import type { Reason } from './reasons.ts';

const HOUR_MS = 3_600_000;
/** How many decoded tokens are cached; senders send the same one with every push. */
const REMEMBERED = 1_000;

export interface ProviderToken {
  keyId: string;
  teamId: string;
  issuedAt: number; // ms since 1970
  /** In strict mode, the registered key that signed it. */
  key?: RegisteredApnsKey;
}

export class ProviderTokens {
  #keys: ReadonlyMap<string, RegisteredApnsKey> | undefined;
  #revoked: ReadonlySet<string>;
  #latest = '';
  #latestToken: ProviderToken | 'InvalidProviderToken' = 'InvalidProviderToken';
  #known = new Map<string, ProviderToken | 'InvalidProviderToken'>();

  /** Without keys, signatures are not checked. `revoked`: key ids that are refused as soon as they are added. */
  constructor(keys: ReadonlyMap<string, RegisteredApnsKey> | undefined, revoked: ReadonlySet<string>) {
    this.#keys = keys;
    this.#revoked = revoked;
  }

  /** The token in an `authorization` value, or why it is refused. */
  check(authorization: string | undefined, now: number): ProviderToken | Reason {
    if (authorization === undefined) return 'MissingProviderToken';
    // Senders send the same token with every push: comparing is cheaper than hashing 250 characters.
    let token = authorization === this.#latest ? this.#latestToken : this.#known.get(authorization);
    if (token === undefined) {
      token = this.#decode(authorization);
      if (this.#known.size >= REMEMBERED) this.#known.clear();
      this.#known.set(authorization, token);
    }
    this.#latest = authorization;
    this.#latestToken = token;
    if (token === 'InvalidProviderToken' || this.#revoked.has(token.keyId)) return 'InvalidProviderToken';
    const age = now - token.issuedAt;
    return age > HOUR_MS ? 'ExpiredProviderToken' : age < -HOUR_MS ? 'InvalidProviderToken' : token;
  }

  #decode(authorization: string): ProviderToken | 'InvalidProviderToken' {
    const [scheme = '', jwt = '', ...more] = authorization.split(' ');
    if (scheme.toLowerCase() !== 'bearer' || more.length > 0) return 'InvalidProviderToken';
    const token = parse(jwt);
    if (token === undefined) return 'InvalidProviderToken';
    if (this.#keys === undefined) return token;
    const key = this.#keys.get(token.keyId);
    if (key === undefined || key.teamId !== token.teamId) return 'InvalidProviderToken';
    const end = jwt.lastIndexOf('.');
    const signature = Buffer.from(jwt.slice(end + 1), 'base64url');
    const good = verify(
      'sha256',
      Buffer.from(jwt.slice(0, end)),
      { key: key.key, dsaEncoding: 'ieee-p1363' },
      signature,
    );
    return good ? { ...token, key } : 'InvalidProviderToken';
  }
}

function parse(jwt: string): ProviderToken | undefined {
  try {
    const { alg, kid } = decodeProtectedHeader(jwt);
    const { iss, iat } = decodeJwt<{ iat: unknown }>(jwt);
    // Apple's own sample has `iat` as a string in milliseconds. Senders that copied it work, so they work here.
    const issued = typeof iat === 'string' ? Number(iat) : iat;
    const signature = jwt.slice(jwt.lastIndexOf('.') + 1);
    if (alg !== 'ES256' || !kid || !iss || typeof issued !== 'number' || !Number.isFinite(issued))
      return undefined;
    if (Buffer.from(signature, 'base64url').length !== 64) return undefined;
    return { keyId: kid, teamId: iss, issuedAt: issued > 1e11 ? issued : issued * 1000 };
  } catch {
    return undefined; // jose throws if it is not a JWT
  }
}
