// A long body is parsed in turns, with the same result and the same refusals as a short one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTurns } from '../../src/fairness/turns.ts';
import { parseBody, parseInTurns } from '../../src/http/body.ts';

const MEGABYTE = 1024 * 1024;
const long = 'a "quoted" text \\ {[,'.repeat(MEGABYTE / 16);

const BODIES: readonly (readonly [name: string, body: string | Buffer])[] = [
  ['one long text full of escapes', JSON.stringify({ text: long, after: [1, 'two', null] })],
  ['many texts', JSON.stringify(Array.from({ length: 500 }, () => ({ text: 'á👨'.repeat(1_000) })))],
  ['too many values after a long text', `{"text":${JSON.stringify(long)},"list":[${'1,'.repeat(50_000)}1]}`],
  ['too many levels after a long text', `{"text":${JSON.stringify(long)},"list":${'['.repeat(100)}`],
  ['no JSON at the end', `{"text":${JSON.stringify(long)}`],
  ['no UTF-8 at the end', Buffer.concat([Buffer.from(JSON.stringify(long)), Buffer.from([0xff])])],
  ['a backslash at the end', `"${'x'.repeat(MEGABYTE)}\\`],
];

const same = (value: unknown) => value;

for (const [name, text] of BODIES)
  test(`a long body: ${name}`, async () => {
    const body = Buffer.from(text);
    const result = (parse: Promise<unknown>) => parse.catch((error: Error) => error.message);
    const expected = await result((async () => parseBody(body))());
    assert.deepEqual(await result(parseInTurns(body, 'owner', createTurns(), same)), expected);
  });

test('other work gets its turn while a long body is parsed', async () => {
  const body = Buffer.from(JSON.stringify({ text: 'x'.repeat(4 * MEGABYTE) }));
  // By this clock every step takes a while.
  let nowMs = 0;
  const turns = createTurns(() => nowMs++);
  const over = new AbortController();
  const parsed = parseInTurns(body, 'owner', turns, same).finally(() => over.abort());
  let loops = 0;
  while (!over.signal.aborted) {
    await new Promise((resolve) => setImmediate(resolve));
    loops++;
  }
  await parsed;
  assert.ok(loops > 10, `${loops} turns of the event loop`);
});
