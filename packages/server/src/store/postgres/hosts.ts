// Which of several hosts to use: the one that worked last, until it fails; then the next in turn.
import { databaseName } from '../../addresses/database-url.ts';

export interface Hosts {
  /** The URL of the host to connect to now. */
  readonly url: string;
  readonly count: number;
  /** All hosts, for messages. */
  readonly names: string;
  /** Connecting to this host failed, or it is a standby. */
  failed(url: string): void;
}

export function createHosts(urls: readonly string[]): Hosts {
  let at = 0;
  return {
    get url() {
      return urls[at]!;
    },
    count: urls.length,
    names: urls.map(databaseName).join(', '),
    failed(url) {
      // If many calls saw the same host fail, only the first moves on.
      if (url === urls[at]) at = (at + 1) % urls.length;
    },
  };
}

/** Tries each host once, starting with the one that worked last. Rejects with the last host's error. */
export async function onAnyHost<T>(hosts: Hosts, attempt: (url: string) => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    const { url } = hosts;
    try {
      return await attempt(url);
    } catch (error) {
      hosts.failed(url);
      if (tried >= hosts.count) throw error;
    }
  }
}
