import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { apnsPayload } from '../../src/gateways/apns/payload.ts';
import { fcmMessage } from '../../src/gateways/fcm/payload.ts';
import { cut, fitTexts, jsonBytes, utf8Bytes, wellFormed } from '../../src/gateways/fit.ts';
import type { Push } from '../../src/gateways/gateway.ts';
import { aPush } from './harness.ts';

const LIMIT = 4_096;
const SEED = { seed: 20_261_122, numRuns: 300 };
const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

interface ApnsBody {
  aps: { alert: { title: string; body: string }; 'mutable-content': number; 'content-available': number };
  [key: string]: unknown;
}
interface FcmBody {
  message: { token: string; data: Record<string, string>; android: { priority: string; ttl: string } };
}

/**
 * Long texts from characters that are hard to cut: escapes, lone surrogates, families, flags, combining marks, Hangul,
 * Devanagari.
 */
const piece = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom(
    '\ud800',
    '\udfff',
    '👨‍👩‍👧‍👦',
    '🇩🇪🇫🇷',
    'é',
    'ञि',
    '각',
    '\r\n',
    '\u0000',
    '"',
    '\\',
    '\u200d',
    '👍🏽',
    '🇩',
  ),
);
const text = fc
  .tuple(fc.array(piece, { maxLength: 60 }), fc.integer({ min: 1, max: 60 }))
  .map(([pieces, times]) => pieces.join('').repeat(times).slice(0, 16_384));
const title = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  fc.string({ unit: 'binary', maxLength: 256 }),
);

/** Asserts that `got` is `whole`, or a prefix of it that ends at a grapheme boundary, followed by `…`. */
function assertCut(got: string, original: string): void {
  const whole = original.toWellFormed();
  if (got === whole) return;
  assert(got.endsWith('…'));
  const kept = got.slice(0, -1);
  assert(whole.startsWith(kept));
  const boundaries = new Set(Array.from(segmenter.segment(whole), ({ index }) => index));
  assert(boundaries.has(kept.length), `cut inside a grapheme at ${kept.length}`);
}

function counted(data: Record<string, string>): number {
  return Object.entries(data).reduce((sum, entry) => sum + Buffer.byteLength(entry.join('')), 0);
}

describe('any message', () => {
  test('fits into an APNs payload, as JSON, cut only between graphemes and only when it must', () => {
    fc.assert(
      fc.property(title, text, (title, body) => {
        const push = aPush({ title, body });
        const payload = apnsPayload(push);
        assert(Buffer.byteLength(payload) <= LIMIT);
        assert(payload.isWellFormed());
        const { aps, ...custom } = JSON.parse(payload) as ApnsBody;
        assertCut(aps.alert.body, body);
        assertCut(aps.alert.title, title);
        assert.deepEqual(custom, push.data);
        const uncut = JSON.stringify({
          aps: { ...aps, alert: { title: title.toWellFormed(), body: body.toWellFormed() } },
          ...push.data,
        });
        assert.equal(payload === uncut, Buffer.byteLength(uncut) <= LIMIT);
      }),
      SEED,
    );
  });

  test('fits into FCM’s data, counted as Google counts, cut only between graphemes and only when it must', () => {
    fc.assert(
      fc.property(title, text, (title, body) => {
        const push = aPush({ title, body });
        const { message } = JSON.parse(fcmMessage(push, Date.now())) as FcmBody;
        const { data } = message;
        assert(counted(data) <= LIMIT);
        assertCut(data['body'] ?? '', body);
        assertCut(data['title'] ?? '', title);
        const uncut = { title: title.toWellFormed(), body: body.toWellFormed(), ...push.data };
        assert.deepEqual(Object.keys(data), Object.keys(uncut));
        assert.equal(data['body'] === uncut.body && data['title'] === uncut.title, counted(uncut) <= LIMIT);
      }),
      SEED,
    );
  });

  test('too long by a byte loses no more than it must', () => {
    const room = LIMIT - Buffer.byteLength(apnsPayload(aPush({ body: '', data: {} })));
    const bodyOf = (body: string): string =>
      (JSON.parse(apnsPayload(aPush({ body, data: {} }))) as ApnsBody).aps.alert.body;
    assert.equal(bodyOf('a'.repeat(room)), 'a'.repeat(room));
    assert.equal(bodyOf('a'.repeat(room + 1)), `${'a'.repeat(room - 3)}…`);
  });

  test('of a single grapheme larger than the payload becomes an ellipsis', () => {
    const zalgo = `e${'\u0301'.repeat(5_000)}`;
    assert.equal((JSON.parse(apnsPayload(aPush({ body: zalgo }))) as ApnsBody).aps.alert.body, '…');
  });

  test('with a title that would fill the payload leaves room for the body', () => {
    const { aps } = JSON.parse(
      apnsPayload(aPush({ title: 't'.repeat(5_000), body: 'b'.repeat(5_000) })),
    ) as ApnsBody;
    assert(aps.alert.title.length > 900 && aps.alert.body.length > 2_500);
  });

  test('of 16 KB is cut without looking for graphemes in what is cut off', (t) => {
    const segment = t.mock.method(Intl.Segmenter.prototype, 'segment');
    apnsPayload(aPush({ body: '👨‍👩‍👧‍👦 नमस्ते '.repeat(900).slice(0, 16_384) }));
    const units = segment.mock.calls.map(({ arguments: [text] }) => text.length);
    assert(units.length > 0);
    assert(
      units.reduce((sum, one) => sum + one, 0) < 4_096,
      `${units.join(' + ')} of 16,384 units were segmented`,
    );
  });
});

describe('cut', () => {
  const costs = [
    ['utf8Bytes', utf8Bytes, (text: string): number => Buffer.byteLength(text)],
    ['jsonBytes', jsonBytes, (text: string): number => Buffer.byteLength(JSON.stringify(text)) - 2],
  ] as const;
  for (const [name, cost, measured] of costs) {
    test(`by ${name} keeps within any limit what it would really take`, () => {
      fc.assert(
        fc.property(text, fc.integer({ min: 0, max: 500 }), (raw, limit) => {
          const whole = wellFormed(raw);
          const short = cut(whole, limit, cost);
          assert(measured(short) <= limit);
          if (measured(whole) <= limit) assert.equal(short, whole);
          else if (limit >= 3) assertCut(short, whole);
          else assert.equal(short, '');
        }),
        SEED,
      );
    });
  }

  test('returns nothing if there is no room', () => {
    assert.deepEqual(fitTexts('title', 'body', -5, utf8Bytes), { title: '', body: '' });
  });
});

describe('a payload', () => {
  const push: Push = aPush({
    title: '',
    body: 'hi "there"',
    data: { initialContactId: 'c', messageId: 'm', messageType: 'MESSAGE', contentType: 'text/plain' },
  });

  test('for an iPhone has exactly the keys of Amazon’s sample', () => {
    assert.equal(
      apnsPayload(push),
      '{"aps":{"alert":{"title":"","body":"hi \\"there\\""},"mutable-content":1,"content-available":0},' +
        '"initialContactId":"c","messageId":"m","messageType":"MESSAGE","contentType":"text/plain"}',
    );
  });

  test('for Android has exactly the keys of Amazon’s sample, at high priority and with its time to live', () => {
    const { message } = JSON.parse(fcmMessage({ ...push, expiresAt: 61_999 }, 1_000)) as FcmBody;
    assert.deepEqual(message, {
      token: push.deviceToken,
      data: {
        title: '',
        body: 'hi "there"',
        initialContactId: 'c',
        messageId: 'm',
        messageType: 'MESSAGE',
        contentType: 'text/plain',
      },
      android: { priority: 'HIGH', ttl: '60s' },
    });
  });

  test('for Android has a time to live between zero and four weeks', () => {
    const ttl = (expiresAt: number): string =>
      (JSON.parse(fcmMessage({ ...push, expiresAt }, 0)) as FcmBody).message.android.ttl;
    assert.equal(ttl(1e12), '2419200s');
    assert.equal(ttl(-5), '0s');
  });
});
