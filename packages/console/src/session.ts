// Whether a sign-in is required, and who is signed in. The secret is sent to the service once and stored nowhere: the browser
// only holds a cookie that scripts cannot read.

/** What runs at the page's own address. */
export interface Here {
  /** Whether the service answers, not only an emulator. */
  service: boolean;
  /** Whether there are phones and faults to show. */
  phones: boolean;
  /** A sign-in is required and nobody is signed in. */
  signIn?: true;
  session?: Session;
}

export interface Session {
  accessKeyId: string;
  /** ISO 8601 */
  expiresAt: string;
  /** The instances that the settings list and the key may read. */
  instances: readonly string[];
  /** The key may read other instances, too. */
  allInstances?: true;
}

/** To a key, an instance that it may not read does not exist. */
export const maySee = ({ instances, allInstances }: Session, instanceId: string): boolean =>
  allInstances === true || instances.includes(instanceId);

export async function readHere(): Promise<Here> {
  const response = await fetch('/console/session');
  if (!response.ok) throw new Error(`The service answered ${response.status}.`);
  return (await response.json()) as Here;
}

export async function signIn(accessKeyId: string, secretAccessKey: string): Promise<void> {
  const response = await fetch('/console/sign-in', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ accessKeyId, secretAccessKey }),
  }).catch((cause: unknown) => {
    throw new Error('The service does not answer.', { cause });
  });
  if (response.ok) return;
  const said = await response.json().catch(() => ({}));
  throw new Error((said as { Message?: string }).Message ?? `The service answered ${response.status}.`);
}

export async function signOut(): Promise<void> {
  const response = await fetch('/console/sign-out', { method: 'POST' });
  if (!response.ok)
    throw new Error(`Signing out failed: the service answered ${response.status}. Try again.`);
  startOver();
}

/** Reloads the page, so that nothing of a session stays in memory. The address stays. */
export const startOver = (): void => location.reload();

/**
 * `fetch` for calls with a session instead of a signature: the browser adds its cookie. If the session has ended, the page
 * reloads.
 */
export const fetchBySession: typeof fetch = async (input, init) => {
  const headers = new Headers(init?.headers);
  headers.delete('authorization');
  const response = await fetch(input, { ...init, headers });
  if (response.headers.get('x-amzn-errortype') === 'UnrecognizedClientException') startOver();
  return response;
};
