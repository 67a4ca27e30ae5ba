// NATS servers with JetStream for tests: one, or a cluster of three, on free ports, their data in a temporary folder.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type ConnectionOptions } from '@nats-io/transport-node';
import { natsServer } from '../../../../scripts/nats-server.ts';
import { freePort } from '../free-port.ts';
import { movedClock } from '../moved-clock.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface NatsServers {
  /** Host and port of each server. */
  readonly addresses: readonly string[];
  /** Without parameters. */
  readonly url: string;
  readonly count: number;
  /** Where each server keeps its streams. */
  readonly folder: string;
  /** The number of the server with this name. */
  numberOf(serverName: string): number;
  /** Ends a server as a power failure would (`kill -9`). */
  kill(server: number): Promise<void>;
  /** Restarts it with its data and ports. */
  start(server: number): Promise<void>;
  /** Freezes it; its connections stay open. */
  freeze(server: number): void;
  thaw(server: number): void;
  /** The process ids, for measuring CPU time. */
  readonly processIds: readonly number[];
  close(): Promise<void>;
}

export interface NatsServersOptions {
  readonly count?: 1 | 3;
  /** Whether every write is on disk before it is acknowledged; most tests need not wait for that. */
  readonly isSynced?: boolean;
  /** Extra lines for every server's configuration. */
  readonly lines?: readonly string[];
  /** How to connect, if those lines restrict it. */
  readonly login?: ConnectionOptions;
  readonly program?: string;
  /** The port by which one server reaches another, if not the other's own. */
  readonly routeThrough?: (from: number, to: number, port: number) => Promise<number>;
}

const READY_MS = 30_000;

export async function startNats({
  count = 1,
  isSynced = false,
  lines = [],
  login = {},
  program = natsServer(),
  routeThrough = (_from, _to, port) => Promise.resolve(port),
}: NatsServersOptions = {}): Promise<NatsServers> {
  const folder = temporaryFolder();
  const free = new Set<number>();
  while (free.size < 2 * count) free.add(await freePort());
  const ports = [...free];
  const clientPort = (server: number): number => ports[server]!;
  const clusterPort = (server: number): number => ports[count + server]!;
  const processes: (ChildProcess | undefined)[] = [];

  const servers = Array.from({ length: count }, (_, server) => server);
  const routes = await Promise.all(
    servers.map((from) =>
      Promise.all(
        servers
          .filter((to) => to !== from)
          .map(async (to) => `"nats://127.0.0.1:${await routeThrough(from, to, clusterPort(to))}"`),
      ),
    ),
  );

  function configure(server: number): string {
    const store = join(folder.path, `server-${server}`);
    mkdirSync(store, { recursive: true });
    const path = join(folder.path, `server-${server}.conf`);
    writeFileSync(
      path,
      [
        `server_name: server-${server}`,
        `listen: "127.0.0.1:${clientPort(server)}"`,
        `jetstream { store_dir: "${store}"${isSynced ? ', sync_interval: always' : ''} }`,
        count > 1
          ? `cluster { name: test, listen: "127.0.0.1:${clusterPort(server)}", routes: [${routes[server]!.join(', ')}], no_advertise: true }`
          : '',
        ...lines,
      ].join('\n'),
    );
    return path;
  }

  async function start(server: number): Promise<void> {
    const child = spawn(program, ['-c', configure(server)], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...movedClock() },
    });
    processes[server] = child;
    let said = '';
    const isReady = new Promise<void>((resolve, reject) => {
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        if (said.length < 100_000) said += text;
        if (said.includes('Server is ready')) resolve();
      });
      child.once('exit', () => reject(new Error(`nats-server ended:\n${said}`)));
      child.once('error', reject);
    });
    await isReady;
  }

  async function kill(server: number): Promise<void> {
    const child = processes[server];
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  const addresses = servers.map((server) => `127.0.0.1:${clientPort(server)}`);
  const nats: NatsServers = {
    addresses,
    url: `nats://${addresses.join(',')}`,
    count,
    folder: folder.path,
    numberOf: (name) => Number(name.slice('server-'.length)),
    kill,
    start,
    freeze: (server) => void processes[server]!.kill('SIGSTOP'),
    thaw: (server) => void processes[server]!.kill('SIGCONT'),
    get processIds() {
      return processes.flatMap((child) => child?.pid ?? []);
    },
    async close() {
      await Promise.all(servers.map(kill));
      folder.remove();
    },
  };
  try {
    await Promise.all(servers.map(start));
    await untilReady(addresses, login);
  } catch (error) {
    await nats.close();
    throw error;
  }
  return nats;
}

/** Resolves once JetStream has a leader, and every server is known to it. */
async function untilReady(addresses: readonly string[], login: ConnectionOptions): Promise<void> {
  const nats = await connect({ ...login, servers: [...addresses] });
  const deadline = performance.now() + READY_MS;
  try {
    for (;;) {
      try {
        const manager = await jetstreamManager(nats, { timeout: 1_000 });
        const name = 'is-ready';
        await manager.streams.add({ name, subjects: [name], num_replicas: addresses.length });
        await manager.streams.delete(name);
        return;
      } catch (error) {
        if (performance.now() > deadline) throw error;
        await sleep(100);
      }
    }
  } finally {
    await nats.close();
  }
}
