// Client tokens, which make a repeated call idempotent.

/**
 * A new ClientToken: a random UUID (version 4). Store it before the call, and after a crash you can repeat
 * the call without registering twice.
 *
 * Also works in pages without HTTPS, where `crypto.randomUUID` is missing.
 */
export function generateClientToken(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  return uuidFromRandom(crypto.getRandomValues(new Uint8Array(16)));
}

/** RFC 9562 §5.4: 122 random bits, version 4, variant `10`. */
export function uuidFromRandom(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte, i) => {
    const marked = i === 6 ? (byte & 0x0f) | 0x40 : i === 8 ? (byte & 0x3f) | 0x80 : byte;
    return marked.toString(16).padStart(2, '0');
  }).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
