// The last answers for device tokens, compared with a plain model: a list of all answers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRecentAnswers } from '../../src/delivery/recent-answers.ts';
import { QUARANTINE } from '../../src/delivery/retry.ts';

interface Answer {
  readonly token: string;
  readonly at: number;
  readonly refused: boolean;
}

/** What a refusal should report, according to all answers so far. */
function shareOf(answers: readonly Answer[], now: number): { refused: number; of: number } {
  const last = new Map<string, Answer>();
  for (const answer of answers) {
    last.delete(answer.token);
    last.set(answer.token, answer);
  }
  const recent = [...last.values()]
    .filter(({ at }) => at >= now - QUARANTINE.windowMs)
    .slice(-QUARANTINE.mostTokens);
  return { refused: recent.filter(({ refused }) => refused).length, of: recent.length };
}

test('a refusal reports the last answer of each token in the window', () => {
  const step = fc.record({
    token: fc.integer({ min: 0, max: 30 }).map(String),
    refused: fc.boolean(),
    waitMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: QUARANTINE.windowMs })),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.nat(10), (steps, rarely) => {
      let now = 0;
      const answers: Answer[] = [];
      const recent = createRecentAnswers(() => now);
      for (const [index, { token, refused, waitMs }] of steps.entries()) {
        now += waitMs;
        const isRefused = refused && index % (rarely + 1) === 0;
        answers.push({ token, at: now, refused: isRefused });
        if (!isRefused) recent.accepted(token);
        else assert.deepEqual(recent.refused(token), shareOf(answers, now));
      }
    }),
    { seed: 18, numRuns: 500 },
  );
});

test('many tokens: those of the window count, before and after refusals', () => {
  let now = 0;
  const answers: Answer[] = [];
  const recent = createRecentAnswers(() => now);
  for (let count = 0; count < 12_000; count++) {
    now += 100; // 600 tokens in a minute
    // Refusals come in two short waves, the second after the first was forgotten.
    const refused = count % 6_000 > 5_990;
    const answer = { token: `token ${count}`, at: now, refused };
    answers.push(answer);
    if (!refused) recent.accepted(answer.token);
    else assert.deepEqual(recent.refused(answer.token), shareOf(answers, now));
  }
});
