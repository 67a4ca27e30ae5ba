// A gateway can be stopped by two problems at once. Its owner is told of one at a time, and of recovery when both
// are over.
import type { Trouble } from './gateway.ts';

export interface CombinedTrouble<Source extends string> {
  set(source: Source, trouble: Trouble | undefined): void;
}

export function createCombinedTrouble<Source extends string>(
  tell: (trouble: Trouble | undefined) => void,
): CombinedTrouble<Source> {
  const standing = new Map<Source, Trouble>();
  return {
    set(source, trouble) {
      const before = standing.size;
      if (trouble === undefined) standing.delete(source);
      else standing.set(source, trouble);
      if (standing.size === 0 && before === 0) return;
      tell(trouble ?? standing.values().next().value);
    },
  };
}
