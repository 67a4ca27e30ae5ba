// Two nodes on one store push while a key is replaced; `npm run bench -- rotation` does the same at 500 pushes per second.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startPostgres } from '../store/postgres-server.ts';
import { rotateKeys } from './rotate-keys.ts';
import type { Rotation } from './rotate-keys.ts';

const cases: Record<string, Rotation> = {
  'a key is replaced on both nodes at once: nothing is lost, and nothing refused for the old key': {
    isHintLost: false,
    revokedAfterMs: 3_000,
  },
  'a node that the notification does not reach reads again within ten seconds': {
    isHintLost: true,
    revokedAfterMs: 10_000,
  },
};

for (const [name, rotation] of Object.entries(cases))
  test(name, { timeout: 300_000 }, async (t) => {
    const server = await startPostgres();
    t.after(() => server.close());
    const {
      sent,
      seconds: _,
      connectionsCut,
      oldKeyUsedMs,
      ...faults
    } = await rotateKeys({
      store: server.url,
      pushesPerSecond: 60,
      rotations: [rotation],
      random: () => 0.5,
    });
    assert.ok(sent > 20, `${sent} were sent`);
    assert.deepEqual(faults, {
      lost: 0,
      duplicates: 0,
      callsRefused: [],
      refusedForKey: 0,
      listenersLeft: 0,
    });
    assert.equal(connectionsCut >= 2, rotation.isHintLost, `${connectionsCut} connections were cut`);
    t.diagnostic(`the old key was used for ${oldKeyUsedMs.join()} ms`);
  });
