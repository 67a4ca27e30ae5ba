// What a question was answered, asked again whenever it becomes another one.
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
