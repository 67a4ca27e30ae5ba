// Which of several hosts to use: the one that worked last, until it fails; then the next in turn.

export interface Hosts {
  /** The URL of the host to connect to now. */
  readonly url: string;
  readonly count: number;
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
