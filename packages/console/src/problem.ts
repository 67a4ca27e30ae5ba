// What last went wrong, as long as it is so: it is forgotten when the emulator is back.
import { useEffect, useState } from 'preact/hooks';
import type { State } from './state.ts';

/** The sentence, '' for none, and how to say another. */
export function useProblem({ connection }: State): [string, (problem: string) => void] {
  const [problem, setProblem] = useState('');
  useEffect(() => {
    if (connection === 'live') setProblem('');
  }, [connection]);
  return [problem, setProblem];
}
