// A process that stores and acknowledges. The durability tests trace it, truncate its files and kill it.
//
//   node acknowledge.ts <path> <FULL|OFF> <rounds> <calls at once>
//
// Call n writes the marker `marker-n.` into one contact (with a claim) or into three deliveries, and is acknowledged by a
// line `ack n <size of the WAL>` on standard output, written at once. Then the process waits until it is killed or its standard input ends.
import { statSync, writeSync } from 'node:fs';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { contactChange, newClaim, newDelivery } from './conformance/harness.ts';
import type { Store } from '../../src/store/store.ts';

/** What call n stores: an even call a contact and a claim, an odd call three deliveries. */
export function contactOf(n: number) {
  return contactChange({ contactId: `contact-${n}`, body: `marker-${n}.` });
}

export function claimOf(n: number) {
  return newClaim({ token: `token-${n}` });
}

export function deliveriesOf(n: number) {
  return [0, 1, 2].map((part) =>
    newDelivery({ id: `delivery-${n}-${part}`, contactId: `contact-${n}`, work: `marker-${n}.` }),
  );
}

export async function storeOne(store: Store, n: number): Promise<void> {
  if (n % 2 === 0) await store.commit({ contact: contactOf(n), claim: claimOf(n) });
  else await store.enqueue(deliveriesOf(n), 'node', new Map());
}

if (import.meta.main) {
  const [path = '', synchronous, rounds, atOnce] = process.argv.slice(2);
  const store = await openSqliteStore({
    path,
    synchronous: synchronous === 'OFF' ? 'OFF' : 'FULL',
    onFatal(error) {
      writeSync(1, `fatal ${error.message}\n`);
      process.exit(70);
    },
  }).catch((error: Error) => {
    writeSync(1, `${error.message}\n`);
    process.exit(1);
  });
  let n = 0;
  for (let round = 0; round < Number(rounds); round++) {
    const calls = Array.from({ length: Number(atOnce) }, async () => {
      const own = n++;
      await storeOne(store, own);
      writeSync(1, `ack ${own} ${statSync(`${path}-wal`).size}\n`);
    });
    await Promise.all(calls);
  }
  writeSync(1, 'done\n');
  process.stdin.once('end', () => process.exit(0)).resume();
}
