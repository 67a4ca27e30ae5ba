// Who may open the console.
import { isLoopback } from '../addresses/loopback.ts';
import type { Config } from './config.ts';

/**
 * `open`: anyone who reaches it, and with it the phones with every message, and the faults. It is open to this machine in development,
 * and elsewhere where the settings say so; what `Host` a proxy in front passes on says nothing. `sign-in`: who shows an access key.
 */
export function consoleAccess(config: Config): 'open' | 'sign-in' | 'off' {
  const { development, exposed, host } = config;
  return exposed || (development && isLoopback(host)) ? 'open' : config.console;
}
