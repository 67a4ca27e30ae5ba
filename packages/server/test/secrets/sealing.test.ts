import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createSecretKeyText, parseSecretKeys } from '../../src/secrets/secret-keys.ts';
import type { SecretKeys } from '../../src/secrets/secret-keys.ts';
import { createSealing } from '../../src/secrets/sealing.ts';

const newKeys = (): SecretKeys => parseSecretKeys(createSecretKeyText());

describe('a sealed text', () => {
  test('opens to what was sealed, with the same associated data', () => {
    const sealing = createSealing(newKeys());
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, associated) => {
        assert.equal(sealing.open(sealing.seal(text, associated), associated), text);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test('differs each time, and reveals nothing of the text', () => {
    const sealing = createSealing(newKeys());
    const text = 'a secret that must not be seen';
    const [one, two] = [sealing.seal(text, 'a'), sealing.seal(text, 'a')];
    assert.notEqual(one, two);
    assert.ok(!one.includes(text) && !one.includes(Buffer.from(text).toString('base64url')));
  });

  test('does not open with other associated data, after any change, or without its key', () => {
    const keys = newKeys();
    const sealing = createSealing(keys);
    const sealed = sealing.seal('text', 'app APNS');
    assert.throws(() => sealing.open(sealed, 'app GCM'), { name: 'SealError', reason: 'damaged' });
    assert.throws(() => createSealing(newKeys()).open(sealed, 'app APNS'), {
      name: 'SealError',
      reason: 'key',
      message: new RegExp(`key ${keys[0].id}`),
    });
    const [version, id, nonce, text] = sealed.split('.') as [string, string, string, string];
    const bytes = Buffer.from(text, 'base64url');
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      assert.throws(
        () => sealing.open([version, id, nonce, changed.toString('base64url')].join('.'), 'app APNS'),
        {
          reason: 'damaged',
        },
      );
    }
    for (const cut of [
      '',
      '1',
      `1.${id}`,
      `1.${id}.${nonce}`,
      `1.${id}.${nonce}.AAAA`,
      `2.${id}.${nonce}.${text}`,
    ])
      assert.throws(() => sealing.open(cut, 'app APNS'), { name: 'SealError' });
  });

  test('opens with an old key listed after the new one, and is reported as old', () => {
    const [before, after] = [createSecretKeyText(), createSecretKeyText()];
    const sealed = createSealing(parseSecretKeys(before)).seal('text', 'a');
    const both = createSealing(parseSecretKeys(`${after},${before}`));
    assert.equal(both.open(sealed, 'a'), 'text');
    assert.ok(both.isOld(sealed));
    assert.ok(!both.isOld(both.seal('text', 'a')));
  });
});

describe('keys', () => {
  test('are accepted in base64, base64url and hexadecimal, from one line or several', () => {
    const text = createSecretKeyText();
    const hex = Buffer.from(text, 'base64').toString('hex');
    const url = Buffer.from(text, 'base64').toString('base64url');
    const ids = parseSecretKeys(`${text}\n${hex},  ${url}\n`).map(({ id }) => id);
    assert.deepEqual(ids, [ids[0], ids[0], ids[0]]);
  });

  test('of another length, or missing, are refused without being quoted', () => {
    for (const text of ['', '\n', 'c2hvcnQ=', 'geheim geheim', `${createSecretKeyText()},zu-kurz`])
      assert.throws(
        () => parseSecretKeys(text),
        ({ name, message }: Error) =>
          name === 'SecretKeyError' &&
          message.includes('openssl rand -base64 32') &&
          !/geheim|c2hvcnQ|zu-kurz/.test(message),
      );
  });
});
