// The keys that requests are signed with.
import { environment } from './environment.ts';

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  /** With temporary credentials. */
  sessionToken?: string;
  /** When they expire. They are renewed 5 minutes earlier; without it they are kept as long as the client. */
  expiration?: Date;
}

/** Returns credentials; the providers of `@aws-sdk/credential-providers` work unchanged. */
export type CredentialsProvider = () => Credentials | Promise<Credentials>;

export interface CredentialSource {
  /** Credentials that stay valid for at least 5 more minutes, if the provider has them. */
  get(): Promise<Credentials>;
  /** Called when the service says they have expired. Returns whether the provider may have newer ones. */
  renew(expired: Credentials): boolean;
}

const RENEW_BEFORE_MS = 5 * 60_000;

export function createCredentialSource(
  option: Credentials | CredentialsProvider | undefined,
  now: () => number,
): CredentialSource {
  if (typeof option !== 'function') {
    const fixed = checked(option ?? fromEnvironment());
    return { get: () => Promise.resolve(fixed), renew: () => false };
  }
  let current: Credentials | undefined;
  let asking: Promise<Credentials> | undefined;
  const isFresh = ({ expiration }: Credentials): boolean =>
    expiration === undefined || expiration.getTime() - now() > RENEW_BEFORE_MS;
  return {
    get() {
      if (current !== undefined && isFresh(current)) return Promise.resolve(current);
      // Concurrent calls share one request to the provider.
      asking ??= (async () => (current = checked(await option())))().finally(() => (asking = undefined));
      return asking;
    },
    renew(expired) {
      if (current === expired) current = undefined;
      return true;
    },
  };
}

function fromEnvironment(): Credentials {
  const accessKeyId = environment('AWS_ACCESS_KEY_ID');
  const secretAccessKey = environment('AWS_SECRET_ACCESS_KEY');
  const sessionToken = environment('AWS_SESSION_TOKEN');
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw new TypeError(
      'No credentials: pass createClient({ credentials }) an object or a function, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    );
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}

/** Both are sent in headers; a comma or a slash would end the key's field in `Authorization`. The messages quote neither. */
function checked(credentials: Credentials | null | undefined): Credentials {
  if (typeof credentials !== 'object' || credentials === null)
    throw new TypeError('credentials must be an object, or a function that returns one');
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  if (typeof accessKeyId !== 'string' || !/^[!-+\-.0-~]+$/.test(accessKeyId))
    throw new TypeError('credentials.accessKeyId must be visible ASCII without commas and slashes');
  if (typeof secretAccessKey !== 'string' || secretAccessKey === '')
    throw new TypeError('credentials.secretAccessKey must be a non-empty string');
  if (sessionToken !== undefined && (typeof sessionToken !== 'string' || !/^[!-~]+$/.test(sessionToken)))
    throw new TypeError('credentials.sessionToken must be visible ASCII');
  return credentials;
}
