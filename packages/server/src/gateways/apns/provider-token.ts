// Apple's provider tokens: a JWT signed with ES256, accepted for an hour, to be changed no more often than every 20
// minutes.
//
// Apple refuses a sender that changes tokens too often. It counts per connection and, as observed, per address:
// nodes, restarts and crash loops behind one address share that budget. So a token depends only on the key and the
// time: `iat` is the time rounded down to 40 minutes, and the signature is deterministic (RFC 6979). Every process
// mints the same bytes; nothing has to be shared or stored.
import { p256 } from '@noble/curves/nist.js';
import { createPrivateKey } from 'node:crypto';

/** An authentication key from Apple's developer site. */
export interface ProviderKey {
  /** Ten characters. */
  readonly keyId: string;
  /** Ten characters. */
  readonly teamId: string;
  /** PEM, PKCS #8, P-256: the contents of the .p8 file. */
  readonly privateKey: string;
}

export interface ProviderTokens {
  /** The token to use now. Younger than an hour by the given clock. */
  current(): string;
  /**
   * Called when Apple says that tokens change too often. Goes back to the previous token for as long as it is
   * accepted, and returns whether that changes anything.
   */
  keepPrevious(): boolean;
}

const SLOT_MS = 40 * 60_000;
/** Apple accepts no token older than an hour; the previous one reaches 58 minutes here. */
const PREVIOUS_MS = 18 * 60_000;

/** Throws if the key is not a P-256 private key in PEM. */
export function createProviderTokens(key: ProviderKey, now: () => number): ProviderTokens {
  const secret = scalarOf(key.privateKey);
  const header = part({ alg: 'ES256', kid: key.keyId });

  const mint = (slot: number): string => {
    const signed = `${header}.${part({ iss: key.teamId, iat: (slot * SLOT_MS) / 1000 })}`;
    // Hashes with SHA-256 and returns r ‖ s, as JWS requires (RFC 7518 §3.4).
    return `${signed}.${Buffer.from(p256.sign(Buffer.from(signed), secret)).toString('base64url')}`;
  };

  let slot = Number.NaN;
  let token = '';
  let keptSlot = Number.NaN;
  let changesAt = 0;

  return {
    current() {
      const at = now();
      if (at < changesAt && at >= changesAt - SLOT_MS) return token;
      const present = Math.floor(at / SLOT_MS);
      const keep = keptSlot === present && at < present * SLOT_MS + PREVIOUS_MS;
      slot = keep ? present - 1 : present;
      token = mint(slot);
      changesAt = keep ? present * SLOT_MS + PREVIOUS_MS : (present + 1) * SLOT_MS;
      return token;
    },
    keepPrevious() {
      const at = now();
      const present = Math.floor(at / SLOT_MS);
      if (slot !== present || at >= present * SLOT_MS + PREVIOUS_MS) return false;
      keptSlot = present;
      changesAt = 0;
      return true;
    },
  };
}

function scalarOf(pem: string): Uint8Array {
  const jwk = createPrivateKey(pem).export({ format: 'jwk' });
  if (jwk.crv !== 'P-256' || jwk.d === undefined) {
    throw new Error(
      'the APNs key must be an elliptic-curve key on P-256; use the .p8 file as downloaded from Apple',
    );
  }
  return Buffer.from(jwk.d, 'base64url');
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
