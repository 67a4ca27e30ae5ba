// The command line of the stand-alone emulator: `chatpush emulator` and `chatpush-emulator`.
import { parseArgs } from 'node:util';
import type { Emulator } from './emulator.ts';
import { startEmulator } from './start-emulator.ts';

const USAGE = `chatpush emulator: Apple's and Google's push gateways on your own machine, with phones to watch.

  --port <p>               port of phones, faults and the web page (default 4199; 0 picks a free port)
  --apns-port <p>          port of APNs, production (default: a free port)
  --apns-sandbox-port <p>  port of APNs, development (default: a free port)
  --fcm-port <p>           port of FCM and its token endpoint (default: a free port)
  --host <address>         address to listen on (default 127.0.0.1)
  --strict-keys            accept only the emulator's own credentials
  --strict-tokens          accept only phones installed by name
  --strict-quotas          enforce Google's published rates
  -h, --help               show this help
`;

const USUAL_PORT = 4199;

/** The command line is invalid; the message says what to write. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly exitCode = 2;
}

/** The emulator cannot listen on a port or the address; the message names the option. */
export class CannotListenError extends Error {
  override readonly name = 'CannotListenError';
  readonly exitCode = 1;
}

function portOf(value: string | undefined, option: string, usual: number): number {
  const port = value === undefined ? usual : Number(value);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new UsageError(`--${option} must be a port from 0 to 65535, not ${JSON.stringify(value)}.`);
}

function parse(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...argv],
      options: {
        port: text,
        'apns-port': text,
        'apns-sandbox-port': text,
        'fcm-port': text,
        host: text,
        'strict-keys': flag,
        'strict-tokens': flag,
        'strict-quotas': flag,
        help: { ...flag, short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

type Ports = Readonly<Record<'port' | 'apns-port' | 'apns-sandbox-port' | 'fcm-port', number>>;

/** The system's error with the option to change, or unchanged if something other than listening failed. */
function cannotListen(error: unknown, host: string, ports: Ports): unknown {
  if (!(error instanceof Error)) return error;
  const { code, syscall, port } = error as NodeJS.ErrnoException & { port?: number };
  const cause = { cause: error };
  if (syscall === 'getaddrinfo')
    return new CannotListenError(
      `--host is ${host}, a name that this machine cannot resolve (${code}): use an IP address of this machine, such as 127.0.0.1.`,
      cause,
    );
  if (syscall !== 'listen') return error;
  if (code === 'EADDRNOTAVAIL')
    return new CannotListenError(
      `--host is ${host}, which is not an address of this machine: use one of its own, such as 127.0.0.1.`,
      cause,
    );
  const options = Object.entries(ports).filter(([, wanted]) => wanted === port && wanted !== 0);
  const names = options.map(([name]) => `--${name}`).join(' and ');
  const fix = `choose another port for ${names === '' ? 'it' : names} (0 picks a free one)`;
  if (code === 'EADDRINUSE')
    return new CannotListenError(
      `Another process already listens on ${host}:${port}: stop it, or ${fix}.`,
      cause,
    );
  return new CannotListenError(`Cannot listen on ${host}:${port} (${code}): ${fix}.`, cause);
}

const greeting = ({ url, apns, apnsSandbox, fcm }: Emulator): string => `
  phones, faults   ${url}/console/
  APNs             ${apns.url}
  APNs sandbox     ${apnsSandbox.url}
  FCM              ${fcm.url}   token_uri ${fcm.tokenUrl}

  CA, ready-made credentials   curl ${url}/emulator
  what a phone got             curl ${url}/emulator/phones
  make APNs fail twice         curl -X PUT ${url}/emulator/faults -d '[{"gateway":"apns","fault":"http","status":503,"times":2}]'

`;

/**
 * Runs until SIGINT or SIGTERM. Throws {@link UsageError} if the command line is invalid, and
 * {@link CannotListenError} if it cannot listen.
 */
export async function runEmulator(argv: readonly string[]): Promise<void> {
  const values = parse(argv);
  if (values.help === true) return void process.stdout.write(USAGE);
  const host = values.host ?? '127.0.0.1';
  const ports: Ports = {
    port: portOf(values.port, 'port', USUAL_PORT),
    'apns-port': portOf(values['apns-port'], 'apns-port', 0),
    'apns-sandbox-port': portOf(values['apns-sandbox-port'], 'apns-sandbox-port', 0),
    'fcm-port': portOf(values['fcm-port'], 'fcm-port', 0),
  };
  const emulator = await startEmulator({
    host,
    port: ports.port,
    apnsPort: ports['apns-port'],
    apnsSandboxPort: ports['apns-sandbox-port'],
    fcmPort: ports['fcm-port'],
    strict: { keys: values['strict-keys'], tokens: values['strict-tokens'], quotas: values['strict-quotas'] },
  }).catch((error: unknown) => {
    throw cannotListen(error, host, ports);
  });
  process.stdout.write(greeting(emulator));
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  await emulator.close();
}
