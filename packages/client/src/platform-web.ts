// Everywhere except on Node: WebCrypto and `fetch`.
import { sendByFetch } from './fetch.ts';
import type { Hashing, Send } from './platform.ts';

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
/** The two hex digits of each byte, precomputed: three hashes per call would compute 96 of them. */
const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const hex = (buffer: ArrayBuffer): string => {
  let digits = '';
  for (const byte of new Uint8Array(buffer)) digits += DIGITS[byte];
  return digits;
};

export const hashing: Hashing = {
  sha256: async (text) => hex(await subtle().digest('SHA-256', bytes(text))),
  async deriveKey(secret, chain) {
    let key = await hmacKey(bytes(`AWS4${secret}`));
    for (const message of chain) key = await hmacKey(await subtle().sign('HMAC', key, bytes(message)));
    return async (text) => hex(await subtle().sign('HMAC', key, bytes(text)));
  },
};

// Looked up at every call, so that a replacement is used; called without a receiver, because browsers refuse any `this`
// except the window.
export const send: Send = sendByFetch((input, init) => globalThis.fetch(input, init));

const hmacKey = (raw: BufferSource): Promise<CryptoKey> =>
  subtle().importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);

function subtle(): SubtleCrypto {
  const { subtle } = crypto as { subtle?: SubtleCrypto };
  if (subtle === undefined)
    throw new TypeError(
      'crypto.subtle is missing: a browser has it only in pages served over HTTPS or from localhost.',
    );
  return subtle;
}
