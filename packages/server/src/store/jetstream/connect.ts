// The connection to the servers, and a one-sentence explanation if it fails.
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import { connect, credsAuthenticator, type NatsConnection, type TlsOptions } from '@nats-io/transport-node';
import type { NatsAddress } from '../../addresses/nats-url.ts';
import { StoreUnavailableError } from '../store.ts';
import { createMove } from './leader.ts';

/** Atomic batches, expectations within them, and messages with a time to live: https://docs.nats.io/release-notes/whats_new */
const OLDEST_SERVER = '2.12.0';

const CONNECT_MS = 5_000;

/** The connection, shared by the parts of the store. */
export interface Connected {
  readonly nats: NatsConnection;
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
  /** Moves the connection to the next server. */
  readonly move: () => void;
}

export async function connectTo(address: NatsAddress): Promise<Connected> {
  const nats = await open(address);
  try {
    checkVersion(nats, address);
    const manager = await jetstreamManager(nats, { timeout: CONNECT_MS }).catch((error: unknown) => {
      throw explainedBy(error, address);
    });
    return { nats, manager, client: jetstream(nats), move: createMove(nats) };
  } catch (error) {
    await nats.close();
    throw error;
  }
}

async function open(address: NatsAddress): Promise<NatsConnection> {
  const { servers, user, password, token, credentials, authority, isTls } = address;
  try {
    return await connect({
      servers: [...servers],
      name: 'chatpush',
      timeout: CONNECT_MS,
      noEcho: true,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      reconnectJitter: 100,
      pingInterval: 2_000,
      maxPingOut: 2,
      ...(user !== undefined && { user, pass: password ?? '' }),
      ...(token !== undefined && { token }),
      ...(credentials !== undefined && { authenticator: credsAuthenticator(readFileSync(credentials)) }),
      ...((isTls || authority !== undefined) && { tls: tlsOptions(address) }),
    });
  } catch (error) {
    throw explainedBy(error, address);
  }
}

/**
 * For an IP address, the client names no host, and Node then expects a certificate for `localhost`. Instead, the
 * certificate must be for one of the addresses. The client passes all options on to Node's `tls.connect`.
 */
function tlsOptions({ servers, authority }: NatsAddress): TlsOptions {
  const hosts = servers.map((server) => server.replace(/:\d+$/, '').replaceAll(/[[\]]/g, ''));
  const isNamed = (host: string): boolean => hosts.includes(host);
  const options = {
    ...(authority !== undefined && { caFile: authority }),
    checkServerIdentity(host: string, certificate: PeerCertificate): Error | undefined {
      const candidates = isNamed(host) ? [host] : [...hosts.filter((one) => isIP(one) > 0), host];
      const faults = candidates.map((one) => checkServerIdentity(one, certificate));
      return faults.includes(undefined) ? undefined : faults[0];
    },
  };
  return options;
}

function checkVersion(nats: NatsConnection, address: NatsAddress): void {
  const { version } = nats.info!;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_SERVER.split('.').map(Number);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new Error(
    `${named(address)} runs nats-server ${version}: chatpush needs atomic batches, which require ${OLDEST_SERVER}. Upgrade every server.`,
  );
}

const named = ({ servers }: NatsAddress): string => `NATS at ${servers.join(', ')}`;

/** By the error's class or its message. */
const MISTAKES: readonly { readonly is: RegExp; readonly cure: string; readonly isPassing?: true }[] = [
  {
    is: /JetStreamNotEnabled|JetStream.*not enabled/i,
    cure: 'JetStream is not enabled. Set jetstream { store_dir } in the configuration of every server, and for the account',
  },
  {
    is: /unable to parse credentials/,
    cure: 'the file in creds has no user. Write the path of a file that nsc generate creds wrote',
  },
  {
    is: /does not support 'tls'/,
    cure: 'the server does not offer TLS. Write nats:// instead of tls:// and remove ca, or configure tls on the server',
  },
  {
    is: /Authorization|Authentication|nkey|jwt/i,
    cure: 'it refuses the user. Correct the user and password in the URL (percent-encoded), or the file in creds',
  },
  {
    is: /Permission/i,
    cure: 'the user may not use JetStream. Allow it to publish and subscribe to $JS.API.>, _INBOX.> and the subjects of chatpush',
  },
  {
    is: /certificate|self.signed|altnames|SSL|TLS/i,
    cure: 'TLS fails. Add ca=/path/to/authority.pem to the URL, or correct the host name',
  },
  { is: /ENOENT|doesn't exist/, cure: 'the file in creds or ca does not exist' },
  {
    is: /ENOTFOUND|EAI_AGAIN/,
    cure: 'the host name cannot be resolved. Correct the host, or DNS',
    isPassing: true,
  },
  {
    is: /ECONNREFUSED|timeout|NoResponders|no responders|unavailable/i,
    cure: 'nothing answers there. Start the servers, or correct the host and port',
    isPassing: true,
  },
];

/** The error with the servers and the fix in its message; StoreUnavailableError if it may be temporary. */
export function explainedBy(error: unknown, address: NatsAddress): unknown {
  if (!(error instanceof Error)) return error;
  const said = `${error.name}: ${error.message} ${error.cause instanceof Error ? error.cause.message : ''}`;
  const mistake = MISTAKES.find(({ is }) => is.test(said));
  if (mistake === undefined) return error;
  const sentence = `${named(address)} cannot be used: ${mistake.cure}. It said: ${error.message}`;
  return mistake.isPassing
    ? new StoreUnavailableError(sentence, { cause: error })
    : new Error(sentence, { cause: error });
}
