// Third-party HTTP/2 servers, each started for one test: POST /echo answers 200, anything else 404.
import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createSecureServer } from 'node:http2';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { authority } from '../peer.ts';
import { freePort } from '../../free-port.ts';

export interface InteropServer {
  readonly name: string;
  /** The program that must be installed. */
  readonly needs?: string;
  /** Its answers contain the request's body. */
  readonly echoes: boolean;
  /** Listens on a port of 127.0.0.1, with a certificate of the test authority; ends with the test. */
  start(t: TestContext): Promise<number>;
}

interface Place {
  readonly folder: string;
  readonly certificate: string;
  readonly privateKey: string;
}

/** A temporary folder with a certificate in it; `stopWith` removes it. */
async function prepare(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'chatpush-interop-'));
  const issued = authority.issueServer(['127.0.0.1']);
  const place = { folder, certificate: join(folder, 'cert.pem'), privateKey: join(folder, 'key.pem') };
  await writeFile(place.certificate, issued.certificate);
  await writeFile(place.privateKey, issued.privateKey);
  return place;
}

/** The server ends with the test, and then its folder. */
function stopWith(t: TestContext, server: ChildProcess, { folder }: Place): Promise<unknown[]> {
  const ended = once(server, 'exit');
  t.after(async () => {
    server.kill();
    await ended;
    await rm(folder, { recursive: true, force: true });
  });
  return ended;
}

/** Runs a server in the foreground, and waits until it listens. */
async function run(
  t: TestContext,
  program: string,
  args: readonly string[],
  port: number,
  place: Place,
): Promise<void> {
  const server = spawn(program, args, { env: clockOfMachine(), stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = stopWith(t, server, place);
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const listens = await Promise.race([
      once(socket, 'connect').then(
        () => true,
        () => false,
      ),
      ended.then(([code]) => Promise.reject(new Error(`${program} ended with ${String(code)}`))),
    ]);
    socket.destroy();
    if (listens) return;
    await setTimeout(20);
  }
}

const node: InteropServer = {
  name: "Node's node:http2",
  echoes: true,
  async start(t) {
    const { certificate, privateKey } = authority.issueServer(['127.0.0.1']);
    const server = createSecureServer({ cert: certificate, key: privateKey }, (request, response) => {
      if (request.url !== '/echo') response.statusCode = 404;
      request.pipe(response);
    });
    server.on('sessionError', () => {});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => void server.close());
    return (server.address() as AddressInfo).port;
  },
};

const nginx: InteropServer = {
  name: 'nginx',
  needs: 'nginx',
  echoes: false,
  async start(t) {
    const place = await prepare();
    const { folder, certificate, privateKey } = place;
    const port = await freePort();
    const config = `
      daemon off;
      pid ${folder}/pid;
      error_log stderr crit;
      events {}
      http {
        access_log off;
        client_body_temp_path ${folder}/body;
        proxy_temp_path ${folder}/proxy;
        fastcgi_temp_path ${folder}/fastcgi;
        uwsgi_temp_path ${folder}/uwsgi;
        scgi_temp_path ${folder}/scgi;
        # After so many requests it sends GOAWAY.
        keepalive_requests 300;
        server {
          listen 127.0.0.1:${port} ssl http2;
          ssl_certificate ${certificate};
          ssl_certificate_key ${privateKey};
          location = /echo { return 200 "fine"; }
          location / { return 404; }
        }
      }`;
    await writeFile(join(folder, 'nginx.conf'), config);
    await run(t, 'nginx', ['-c', join(folder, 'nginx.conf'), '-p', folder], port, place);
    return port;
  },
};

const nghttpd: InteropServer = {
  name: 'nghttpd',
  needs: 'nghttpd',
  echoes: true,
  async start(t) {
    const place = await prepare();
    const { folder, certificate, privateKey } = place;
    const port = await freePort();
    await writeFile(join(folder, 'echo'), '');
    const options = ['--address=127.0.0.1', '--echo-upload', `--htdocs=${folder}`];
    await run(t, 'nghttpd', [...options, String(port), privateKey, certificate], port, place);
    return port;
  },
};

const go: InteropServer = {
  name: "Go's net/http",
  needs: 'go',
  echoes: true,
  async start(t) {
    const place = await prepare();
    const { folder, certificate, privateKey } = place;
    const program = join(folder, 'server');
    const source = new URL('server.go', import.meta.url).pathname;
    await promisify(execFile)('go', ['build', '-o', program, source]);
    const server = spawn(program, [certificate, privateKey], { stdio: ['ignore', 'pipe', 'ignore'] });
    void stopWith(t, server, place);
    const [port] = (await once(server.stdout, 'data')) as [Buffer];
    return Number(port.toString());
  },
};

/** Without the moved clock of `npm run test:at`: their event loops do not work with libfaketime, and nghttpd hangs. */
function clockOfMachine(): NodeJS.ProcessEnv {
  const { LD_PRELOAD: _, ...environment } = process.env;
  return environment;
}

export const SERVERS: readonly InteropServer[] = [node, nginx, nghttpd, go];

/** Why its tests cannot run here, or false. */
export function missing({ needs }: InteropServer): string | false {
  if (needs === undefined || spawnSync('which', [needs]).status === 0) return false;
  return `${needs} is not installed`;
}
