// The forms in which a secret could leak.
import assert from 'node:assert/strict';

/** Every form in which it could leak. */
export function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('hex'),
    encodeURIComponent(secret),
  ];
}

/** The lines of a key, and the number it is about. */
export function formsOfKey(pem: string, number: string): string[] {
  const bytes = Buffer.from(number, 'base64url');
  return [
    ...pem.split('\n').slice(1, -2),
    number,
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('hex'),
  ];
}

export function assertNone(where: string, haystack: string | Buffer, needles: readonly string[]): void {
  for (const needle of needles) {
    assert.ok(needle.length >= 12, 'too short to be told from anything else');
    assert.ok(!haystack.includes(needle), `${where} holds ${needle}`);
  }
  assert.ok(!/emulated\.[\w-]{20}/.test(haystack.toString('latin1')), `${where} holds an access token`);
}
