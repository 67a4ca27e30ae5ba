// Who may open the console.
import { isLoopback } from '../addresses/loopback.ts';
import type { Config } from './config.ts';

/**
 * `open`: anyone who can reach it, including the phones with every message, and the faults. It is open to this
 * machine in development, and elsewhere if the settings say so; the `Host` that a proxy in front forwards does not
 * matter. `sign-in`: anyone with an access key.
 */
export function consoleAccess(config: Config): 'open' | 'sign-in' | 'off' {
  const { development, exposed, host } = config;
  return exposed || (development && isLoopback(host)) ? 'open' : config.console;
}
