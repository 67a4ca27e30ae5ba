// `npm run nats-server` installs nats-server for the tests with `go install` and prints its path.
//
// It is built once per version into the user's cache. `CHATPUSH_TEST_NATS_SERVER=/path/to/nats-server` uses another binary.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const VERSION = process.env['CHATPUSH_TEST_NATS_VERSION'] ?? 'v2.15.2';

/** The path of nats-server, built if necessary. Throws if it is missing and Go is not installed. */
export function natsServer(): string {
  const given = process.env['CHATPUSH_TEST_NATS_SERVER'];
  if (given !== undefined) return given;
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const folder = join(cache, 'chatpush', `nats-server-${VERSION}`);
  const path = join(folder, 'nats-server');
  if (existsSync(path)) return path;
  const building = join(folder, `building-${process.pid}`);
  mkdirSync(building, { recursive: true });
  execFileSync(findGo(), ['install', `github.com/nats-io/nats-server/v2@${VERSION}`], {
    env: { ...process.env, GOBIN: building, GOFLAGS: '-mod=mod', CGO_ENABLED: '0' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  renameSync(join(building, 'nats-server'), path);
  return path;
}

/** The newest Go: that of Debian may be too old, and one from go.dev is then beside it. */
function findGo(): string {
  const found = ['go', '/usr/local/go/bin/go'].flatMap((go) => {
    const { status, stdout } = spawnSync(go, ['version'], { encoding: 'utf8' });
    const minor = status === 0 ? /go1\.(\d+)/.exec(stdout)?.[1] : undefined;
    return minor === undefined ? [] : [{ go, minor: Number(minor) }];
  });
  const newest = found.toSorted((a, b) => b.minor - a.minor)[0];
  if (newest === undefined)
    throw new Error(
      'There is no nats-server in the cache, and no Go to build it: install Go, or set CHATPUSH_TEST_NATS_SERVER to the path of nats-server.',
    );
  return newest.go;
}

if (import.meta.main) console.log(natsServer());
