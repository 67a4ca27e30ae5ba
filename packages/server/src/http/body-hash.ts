// The hash of a body, over which its signature is made.
import { createHash, hash } from 'node:crypto';
import type { Turns } from '../fairness/turns.ts';
import { LONG_BYTES } from './body.ts';

/** How much of a long body is hashed between two looks at the clock: 0.2 ms. */
const STEP_BYTES = 256 * 1024;

/** The result of `use` for the SHA-256 of a body of any length, in lower-case hex, in turns of its owner. */
export function hashInTurns<Result>(
  body: Buffer,
  owner: string,
  turns: Turns,
  use: (bodyHash: string) => Result,
): Promise<Result> {
  return body.length < LONG_BYTES
    ? turns.run(owner, () => use(hash('sha256', body)))
    : hashLong(body, owner, turns).then((bodyHash) => turns.run(owner, () => use(bodyHash)));
}

async function hashLong(body: Buffer, owner: string, turns: Turns): Promise<string> {
  const sum = createHash('sha256');
  let hashed = 0;
  await turns.repeat(owner, () => {
    sum.update(body.subarray(hashed, hashed + STEP_BYTES));
    hashed += STEP_BYTES;
    return hashed < body.length;
  });
  return sum.digest('hex');
}
