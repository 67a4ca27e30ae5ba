// A long body is parsed in turns, with the same result and the same refusals as a short one.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { OPERATIONS } from '@chatpush/wire';
import { createTurns } from '../../src/fairness/turns.ts';
import { parseBody, parseInSteps, parseInTurns } from '../../src/http/json-body.ts';
import { GOOD_INPUTS, encodeInput } from './inputs.ts';
import { call, exchange, isRefusal, signedHead, startRecordingServer } from './recording-server.ts';

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

test('a long body is accepted as it was signed, and not with a byte exchanged', async () => {
  await using server = await startRecordingServer();
  const [event] = GOOD_INPUTS.PutChatEvents.Events;
  const Events = Array.from({ length: 300 }, (_, index) => ({
    ...event,
    Id: `m-${index}`,
    Content: 'a'.repeat(4_000),
  }));
  const parts = encodeInput(OPERATIONS.PutChatEvents, { ...GOOD_INPUTS.PutChatEvents, Events });
  assert.ok(parts.body.length > MEGABYTE);
  assert.equal((await call(server, parts)).status, 200);
  assert.deepEqual(server.recorded[0]?.input['Events'], Events);
  const { head } = signedHead(server.port, parts);
  const changed = await exchange(server.port, head, parts.body.replace('m-299', 'm-298'));
  assert.equal(isRefusal(changed, 'InvalidSignatureException'), undefined);
});

describe('a body that is parsed in parts has the value, or is refused with the message, of the whole', () => {
  const resultOf = (parse: () => unknown): unknown => {
    try {
      return { value: parse() };
    } catch (error) {
      return { message: (error as Error).message };
    }
  };
  /** A step is a few elements. */
  const inSteps = (body: Buffer): { result: unknown; steps: number } => {
    const parsing = parseInSteps(body, 16);
    let steps = 0;
    const result = resultOf(() => {
      for (;;) {
        const step = parsing.next();
        steps++;
        if (step.done === true) return step.value;
      }
    });
    return { result, steps };
  };
  const checkSame = (body: Buffer): void =>
    assert.deepEqual(
      inSteps(body).result,
      resultOf(() => parseBody(body)),
      body.toString(),
    );

  const ELEMENTS = '"first", {"a": [1, 2]}, "á👨", [], "x, ]", null, -1.5e3, "\\"", {}, "last"';
  for (const [name, text] of [
    ['an array', `{"list":[${ELEMENTS}]}`],
    ['spaces everywhere', ` \n{ "list" :\t[ ${ELEMENTS} ] , "other" : 1 }\r\n`],
    [
      'two arrays, and others around them',
      `{"a":1,"list":[${ELEMENTS}],"b":{"c":[1,2]},"2":[${ELEMENTS}],"d":"x"}`,
    ],
    ['a long array within an object', `{"a":{"list":[${ELEMENTS}],"b":[${ELEMENTS}]}}`],
    ['an array of arrays', `[[${ELEMENTS}],[${ELEMENTS}]]`],
    ['only an array', `[${ELEMENTS}]`],
    ['only a text', '"a long text, not very long"'],
    ['a name twice, the last one short', `{"list":[${ELEMENTS}],"list":[]}`],
    ['a name twice, both long', `{"list":[${ELEMENTS}],"list":[${ELEMENTS},1]}`],
    ['a name in two ways of writing', `{"list":[${ELEMENTS}],"l\\u0069st":[]}`],
    ['the name __proto__', `{"__proto__":[${ELEMENTS}]}`],
    ['an empty name', `{"":[${ELEMENTS}]}`],
    ['a comma at the end of an array', `{"list":[${ELEMENTS},]}`],
    ['a comma at its start', `{"list":[,${ELEMENTS}]}`],
    ['two commas', `{"list":[${ELEMENTS},,${ELEMENTS}]}`],
    ['a comma at the end, after long elements', '{"list":["as long as a step","as long as a step",]}'],
    ['a byte order mark after a long element', '{"list":["as long as a step",\uFEFF"as long as a step"]}'],
    ['only spaces in an array', `{"list":[${' '.repeat(50)}]}`],
    ['no colon', `{"list"[${ELEMENTS}]}`],
    ['no name', `{:[${ELEMENTS}]}`],
    ['two values', `{"list":[${ELEMENTS}][${ELEMENTS}]}`],
    ['a wrong bracket', `{"list":[${ELEMENTS}}}`],
    ['wrong brackets that match in number', `{"list":[[${ELEMENTS}},{${ELEMENTS}]]}`],
    ['an element that is no JSON', `{"list":[${ELEMENTS},undefined]}`],
    ['something after the end', `{"list":[${ELEMENTS}]} {}`],
    ['a second object', `{"list":[${ELEMENTS}]}{"list":[${ELEMENTS}]}`],
    ['no end', `{"list":[${ELEMENTS}]`],
    ['a byte order mark at the start', `\uFEFF{"list":[${ELEMENTS}]}`],
    ['a byte order mark before an element', `{"list":[\uFEFF${ELEMENTS},\uFEFF"x"]}`],
  ] as const)
    test(name, () => checkSame(Buffer.from(text)));

  test('any value, also with a few bytes exchanged', () => {
    const name = fc.oneof(fc.constantFrom('a', 'b', '1', '__proto__'), fc.string({ maxLength: 3 }));
    const value = fc.jsonValue({ maxDepth: 3 });
    const member = fc.tuple(name, fc.oneof(value, fc.array(value, { maxLength: 30 })));
    const text = fc
      .array(member, { maxLength: 6 })
      .map(
        (members) => `{${members.map(([key, of]) => `${JSON.stringify(key)}:${JSON.stringify(of)}`).join()}}`,
      );
    const change = fc.tuple(fc.nat(), fc.constantFrom(...Buffer.from('[]{},:"\\ 0a\xff\xef')));
    fc.assert(
      fc.property(text, fc.array(change, { maxLength: 3 }), (valid, changes) => {
        const body = Buffer.from(valid);
        checkSame(body);
        for (const [at, byte] of changes) body[at % body.length] = byte;
        checkSame(body);
      }),
      { numRuns: 3_000, seed: 20_261_130 },
    );
  });

  test('and a long array takes a step for each part', () => {
    const body = Buffer.from(
      JSON.stringify({ a: 1, list: Array.from({ length: 100 }, () => 'twelve bytes') }),
    );
    const { result, steps } = inSteps(body);
    assert.deepEqual(result, { value: JSON.parse(body.toString()) });
    // As many to examine it.
    assert.ok(steps >= 140, `${steps} steps`);
  });
});
