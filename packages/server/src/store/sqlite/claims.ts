// The claims of ClientTokens. They are found by a hash: an index of their texts was six times as large, and each claim changed a
// page of it that no other claim of the commit changed.
import type { DatabaseSync } from 'node:sqlite';
import { RETENTION } from '../store.ts';
import type { Claim } from '../store.ts';
import type { PackedClaim } from './flat.ts';
import { openHashedIndex, type HashedIndex, type IndexDefinition } from './hashed-index.ts';
import type { Moment } from './protocol.ts';
import { textHash } from './row-hash.ts';

export const BY_TOKEN: IndexDefinition = {
  name: 'claim_token',
  table: 'claim',
  columns: ['instance_id', 'operation', 'token'],
  hashOf: claimHash,
  deletes: 'oldest first',
};

export interface Claims {
  readonly index: HashedIndex;
  /** Returns undefined if there is no such claim, or if it has expired. */
  find(moment: Moment, instanceId: string, operation: string, token: string): Claim | undefined;
  /**
   * Returns what adds the claim, or undefined if there is one already. One that has expired and was not swept yet may stay
   * beside the new one.
   */
  prepare(moment: Moment, claim: PackedClaim): (() => void) | undefined;
}

export function openClaims(database: DatabaseSync): Claims {
  const index = openHashedIndex(database, BY_TOKEN);
  const read = database.prepare(
    `select instance_id as instanceId, operation, token, fingerprint, answer
     from claim where seq = ? and instance_id = ? and operation = ? and token = ? and expires_at > ?`,
  );
  const insert = database.prepare(
    `insert into claim (instance_id, operation, token, fingerprint, answer, expires_at)
     values (?, ?, ?, ?, ?, ?)`,
  );
  const findByHash = (hash: number, { now }: Moment, texts: readonly string[]): Claim | undefined => {
    for (const seq of index.candidates([hash])) {
      const row = read.get(seq, ...texts, now);
      if (row !== undefined) return row as unknown as Claim;
    }
    return undefined;
  };
  return {
    index,
    find: (moment, ...texts) => findByHash(claimHash(...texts), moment, texts),
    prepare(moment, claim) {
      const [instanceId, operation, token] = claim;
      const hash = claimHash(instanceId, operation, token);
      if (findByHash(hash, moment, [instanceId, operation, token]) !== undefined) return undefined;
      return () => {
        const { lastInsertRowid } = insert.run(...claim, moment.now + RETENTION.claimMs);
        index.add([hash], Number(lastInsertRowid));
      };
    },
  };
}

function claimHash(instanceId: string, operation: string, token: string): number {
  return textHash(`${instanceId.length}:${instanceId}${operation} ${token}`);
}
