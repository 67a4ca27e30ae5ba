// Arbitrary bodies, signed with a valid key.
import type { Attack, Random } from '../attack.ts';
import { converse } from '../conversation.ts';
import { OPERATION_NAMES, bytesOf, inputOf, partsOf } from '../requests.ts';
import { INSTANCES } from '../target.ts';

const VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  '',
  '\u0000',
  '\ud800',
  '\u202e\u200b',
  '<script>alert(1)</script>',
  '__proto__',
  'x'.repeat(20_000),
  '𝄞'.repeat(5_000),
  [],
  {},
  [[[[]]]],
  Array.from({ length: 600 }, () => ({})),
  { constructor: { prototype: { polluted: true } } },
];
const TEXTS = [
  '',
  '{',
  '[1,2',
  'null',
  '"text"',
  '{"__proto__":{"polluted":true}}',
  '['.repeat(100_000),
  `{"a":${'{"a":'.repeat(63)}1${'}'.repeat(64)}`,
  `[${'{},'.repeat(20_000)}{}]`,
  '{"Events":1e999}',
  '{"Events":[],"Events":[{}]}',
  `\ufeff{}`,
];

/** Replaces a value of the input at any depth. */
function spoil(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null || random.below(4) === 0) return random.pick(VALUES);
  const entries = Object.entries(value);
  const at = random.below(entries.length + 1);
  const spoiled = entries.map(([name, member], index) => [
    name,
    index === at ? spoil(member, random) : member,
  ]);
  if (at === entries.length)
    spoiled.push([random.pick(['__proto__', 'toString', 'More']), random.pick(VALUES)]);
  return Array.isArray(value) ? spoiled.map(([, member]) => member) : Object.fromEntries(spoiled);
}

export const json: Attack = {
  says: 'signed bodies with arbitrary content',
  run: async ({ target, findings, random }) => {
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        const name = random.pick(OPERATION_NAMES);
        const parts = partsOf(name, inputOf(name, INSTANCES.hostile));
        const body =
          parts.body === '' || random.below(4) === 0
            ? random.pick(TEXTS)
            : JSON.stringify(spoil(JSON.parse(String(parts.body)), random));
        const bytes = bytesOf(target.port, { ...parts, body });
        const { answers } = await converse(target.port, bytes, { patienceMs: 15_000 });
        for (const answer of answers) findings.judge(answer, `${name} ${body}`);
        if (answers.length === 0) findings.add('no answer to a complete request', `${name} ${body}`);
      }),
    );
  },
};
