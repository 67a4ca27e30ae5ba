// Copies of a SQLite file that is being written.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StoreUnavailableError } from '../../src/store/store.ts';
import { checkCopy } from '../../src/cli/check-copy.ts';
import { newPath, openStore } from './sqlite-file.ts';

describe('a SQLite file', () => {
  // Node.js takes a database that is busy at the first step of a copy for an error, whose text is "not an error".
  test('is copied while it is written, whatever the moment', async (t) => {
    const { store } = await openStore(t, { path: newPath(t) });
    const done = new AbortController();
    let written = 0;
    const write = async (): Promise<void> => {
      while (!done.signal.aborted) {
        const contact = { instanceId: 'instance', contactId: `c${written++}`, version: 0, body: '{}' };
        assert.equal(await store.commit({ contact }), 'committed');
      }
    };
    const writers = Array.from({ length: 20 }, write);
    for (let n = 0; n < 100; n++) {
      const copy = newPath(t);
      const before = written;
      await store.copyTo(copy);
      assert.ok(checkCopy(copy).rows.contacts >= before - writers.length, `copy ${n}`);
    }
    done.abort();
    await Promise.all(writers);
    await store.close();
  });

  test('is closed while it is copied, without waiting for the copy', async (t) => {
    const { store } = await openStore(t, { path: newPath(t) });
    const body = JSON.stringify('x'.repeat(60_000));
    for (let n = 0; n < 10; n++)
      await Promise.all(
        Array.from({ length: 40 }, (_, at) =>
          store.commit({ contact: { instanceId: 'instance', contactId: `c${n}-${at}`, version: 0, body } }),
        ),
      );
    const refused = assert.rejects(store.copyTo(newPath(t)), StoreUnavailableError);
    const written = store.commit({ contact: { instanceId: 'instance', contactId: 'c', version: 0, body } });
    await store.close();
    assert.equal(await written, 'committed');
    await refused;
  });
});
