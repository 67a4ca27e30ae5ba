import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { test } from 'node:test';

import { createHmacSha256 } from '../../src/auth/hmac-sha256.ts';

test('an HMAC equals that of node:crypto, for keys up to a block and texts of any length and alphabet', () => {
  for (const keyBytes of [0, 1, 20, 32, 63, 64])
    for (const text of [
      '',
      'a',
      'AWS4-HMAC-SHA256\n',
      'ä€𝄞',
      'x'.repeat(63),
      'x'.repeat(64),
      'x'.repeat(5_000),
    ]) {
      const key = randomBytes(keyBytes);
      const hmac = createHmacSha256(key);
      const expected = createHmac('sha256', key).update(text).digest('hex');
      assert.equal(hmac(text), expected);
      assert.equal(hmac(text), expected, 'the second time, too');
    }
});
