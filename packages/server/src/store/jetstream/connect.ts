// The connection to the servers, and a one-sentence explanation if it fails.
import { readFileSync } from 'node:fs';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, credsAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import type { NatsAddress } from '../../addresses/nats-url.ts';
import { StoreUnavailableError } from '../store.ts';
import type { Connected } from './shard.ts';

/** Atomic batches, expectations within them, and messages with a time to live: https://docs.nats.io/release-notes/whats_new */
const OLDEST_SERVER = '2.12.0';

const CONNECT_MS = 5_000;

export async function connectTo(address: NatsAddress): Promise<Connected> {
  const nats = await open(address);
  try {
    checkVersion(nats, address);
    const manager = await jetstreamManager(nats, { timeout: CONNECT_MS }).catch((error: unknown) => {
      throw explainedBy(error, address);
    });
    return { nats, manager, client: jetstream(nats) };
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
      ...((isTls || authority !== undefined) && {
        tls: authority === undefined ? {} : { caFile: authority },
      }),
    });
  } catch (error) {
    throw explainedBy(error, address);
  }
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
    is: /Authorization|Authentication|nkey|jwt/i,
    cure: 'it refuses the user. Correct the user and password in the URL (percent-encoded), or the file in creds',
  },
  {
    is: /Permission/i,
    cure: 'the user may not use JetStream. Allow it to publish and subscribe to $JS.API.>, _INBOX.> and the subjects of chatpush',
  },
  {
    is: /certificate|self.signed|SSL|TLS/i,
    cure: 'TLS fails. Add ca=/path/to/authority.pem to the URL, or correct the host name',
  },
  { is: /ENOENT/, cure: 'the file in creds or ca does not exist' },
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
