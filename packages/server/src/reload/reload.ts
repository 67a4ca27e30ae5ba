// Reads the settings file again while the service runs: applies all of it, or keeps the current settings and says
// why.
import { changedSettings } from '../config/changed-settings.ts';
import type { Config } from '../config/config.ts';

/** Returns what has changed, empty if nothing has. Rejects with a sentence for people, without changing anything. */
export type Reload = () => Promise<readonly string[]>;

export type ReloadResult = { readonly changed: readonly string[] } | { readonly error: Error };

export function createReload(options: {
  /** Throws ConfigError with everything that is wrong. Undefined: there is no settings file. */
  readonly read: (() => Config) | undefined;
  readonly current: () => Config;
  /** Why a running service cannot apply these settings; undefined: it can. */
  readonly obstacle: (next: Config) => string | undefined;
  readonly take: (next: Config) => void;
  readonly done: (result: ReloadResult) => void;
}): Reload {
  function reload(): readonly string[] {
    if (!options.read)
      throw new Error(
        'There is no settings file: set CHATPUSH_CONFIG to the path of one, and restart the service.',
      );
    const [before, next] = [options.current(), options.read()];
    const changed = changedSettings(before, next);
    const obstacle = options.obstacle(next);
    if (obstacle !== undefined) throw new Error(obstacle);
    if (changed.length === 0) return changed;
    try {
      options.take(next);
    } catch (error) {
      options.take(before);
      throw error;
    }
    return changed;
  }
  return async () => {
    try {
      const changed = reload();
      options.done({ changed });
      return changed;
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      options.done({ error });
      throw error;
    }
  };
}
