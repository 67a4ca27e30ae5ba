import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { fuzz } from './fuzz.ts';

const PEERS = 100_000;
const PARTS = 5;

describe('peers that send valid, mutated and hostile bytes at any split: nothing throws, hangs or grows', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let part = 0; part < PARTS; part++) {
    const peers = PEERS / PARTS;
    const firstSeed = 20_261_129 + part * peers;
    test(`${peers} from seed ${firstSeed}`, async () => {
      const grown = await fuzz(peers, firstSeed, collect);
      assert(grown < 5_000_000, `${grown} bytes`);
    });
  }
});
