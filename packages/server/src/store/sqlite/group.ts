// Commit groups: all calls that arrived while the last commit ran are one transaction, paid for by one fsync.
//
// Every result of a group, including reads and "known", is released only after its commit: a result based on
// another call's write must not be seen if the commit fails.
import { faultKind } from './faults.ts';
import type { Call, Result, Verbs } from './protocol.ts';
import type { Connection } from './verbs.ts';

/**
 * Runs and commits a group, whose next call is taken when the one before has run. Throws only fatal errors: the file
 * cannot be trusted, and nothing of the group was answered.
 */
export function runGroup(connection: Connection, group: Iterable<Call>): Result[] {
  const { database, verbs, memory } = connection;
  const calls = group[Symbol.iterator]();
  const taken: Call[] = [];
  const take = (): Call | undefined => {
    const next = calls.next();
    if (next.done === true) return undefined;
    taken.push(next.value);
    return next.value;
  };
  const results: Result[] = [];
  try {
    database.exec('begin immediate');
    for (let call = take(); call !== undefined; call = take())
      results.push({ seq: call.seq, value: run(verbs, call) });
    database.exec('commit');
    memory.committed();
    return results;
  } catch (error) {
    // SQLite itself rolls back on some errors (https://sqlite.org/lang_transaction.html, section 3).
    if (database.isTransaction) database.exec('rollback');
    memory.rolledBack();
    const kind = faultKind(error);
    if (kind === 'fatal') throw error;
    while (take() !== undefined);
    // One call that throws, or that finds no space, must not fail the others: reads, and what frees space.
    if (taken.length > 1) return taken.flatMap((call) => runGroup(connection, [call]));
    const message = error instanceof Error ? error.message : String(error);
    return taken.map(({ seq }) =>
      kind === 'full' ? { seq, unavailable: message } : { seq, failed: message },
    );
  }
}

function run(verbs: Verbs, { verb, moment, parameters }: Call): unknown {
  // The calling thread built `parameters` from the same contract; types do not cross between threads.
  const answer = verbs[verb] as (moment: Call['moment'], ...rest: readonly unknown[]) => unknown;
  return answer(moment, ...parameters);
}
