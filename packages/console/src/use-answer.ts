// The answer to a question, asked again whenever the question changes.
import { useEffect, useState } from 'preact/hooks';

export interface Answered<T> {
  answer?: T;
  problem?: string;
}

export function useAnswer<T>(ask: () => Promise<T>, about: readonly unknown[]): Answered<T> {
  const [answered, setAnswered] = useState<Answered<T>>({});
  useEffect(() => {
    let isCurrent = true;
    ask().then(
      (answer) => isCurrent && setAnswered({ answer }),
      (error: Error) => isCurrent && setAnswered({ problem: error.message }),
    );
    return () => {
      isCurrent = false;
    };
  }, about);
  return answered;
}
