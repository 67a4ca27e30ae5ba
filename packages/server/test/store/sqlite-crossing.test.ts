// When a call crosses to the thread of a SQLite store.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { contactChange, newDeliveries } from './conformance/harness.ts';
import { openStore } from './sqlite-file.ts';

const MOST_MS = 10_000;

/** Whether the file contains the text soon. Gives back the event loop only afterwards. */
function isWritten(file: string, text: string): boolean {
  for (const until = performance.now() + MOST_MS; performance.now() < until;)
    if (readFileSync(file).includes(text)) return true;
  return false;
}

test('beside a bulk call, a small one crosses at once, not at the end of a long turn', async (t) => {
  const { store, path } = await openStore(t);
  const bulk = store.enqueue(newDeliveries(300), 'node', new Map());
  await nextTurn();
  const contact = contactChange();
  const small = store.commit({ contact });
  assert.ok(isWritten(`${path}-wal`, contact.contactId));
  await Promise.all([bulk, small]);
});
