// npm run bench -- rotation [--rotations 6] [--rate 500] [--seed 20261129]
//
// An APNs key is replaced through Pinpoint's API while two nodes on one PostgreSQL push. In every second rotation the
// notification to the other node is lost, and the old key is revoked 10 seconds after its replacement; otherwise after 3 seconds.
// The goals: nothing lost, nothing sent twice, nothing refused.
import { rotateKeys } from '../packages/server/test/applications/rotate-keys.ts';
import { seeded } from '../campaign/random.ts';
import { readOptions } from './options.ts';
import { openReport } from './report.ts';
import { openStore } from './stores.ts';

export async function run(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv, { rotations: 6, rate: 500, seed: 20_261_129 });
  const report = openReport('rotation', options);
  const store = await openStore('postgres');
  try {
    const rotated = await rotateKeys({
      store: store.url,
      pushesPerSecond: options.rate,
      rotations: Array.from({ length: options.rotations }, (_, index) => {
        const isHintLost = index % 2 === 1;
        return { isHintLost, revokedAfterMs: isHintLost ? 10_000 : 3_000 };
      }),
      random: seeded(options.seed),
    });
    const { sent, seconds, lost, duplicates, callsRefused, refusedForKey, listenersLeft } = rotated;
    report.figure('rotated', rotated);
    console.log(
      `${sent} pushes in ${seconds.toFixed(0)} s, ${(sent / seconds).toFixed(0)} a second; the old key was used for ${rotated.oldKeyUsedMs.join(', ')} ms more\n`,
    );
    report.atLeast('share of the rate that was kept', sent / seconds / options.rate, 0.95);
    report.atMost('pushes lost', lost, 0);
    report.atMost('pushes sent twice', duplicates, 0);
    report.atMost('calls refused', callsRefused.length, 0);
    report.atMost('pushes refused for the old key', refusedForKey, 0);
    report.atMost('nodes that could hear what was to get lost', listenersLeft, 0);
    await report.save();
  } finally {
    await store.close();
  }
}
