// The last error, cleared when the emulator is back.
import { useEffect, useState } from 'preact/hooks';
import type { State } from './state.ts';

/** The message ('' if there is no error) and its setter. */
export function useProblem({ connection }: State): [string, (problem: string) => void] {
  const [problem, setProblem] = useState('');
  useEffect(() => {
    if (connection === 'live') setProblem('');
  }, [connection]);
  return [problem, setProblem];
}
