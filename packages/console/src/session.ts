// Whether one must sign in here, and as whom one has. The secret of a key goes to the service once and is kept nowhere: what the
// browser holds is a cookie that no script can read.

/** What is at the page's own address. */
export interface Here {
  /** Whether the service answers, and not an emulator alone. */
  service: boolean;
  /** Whether there are phones and faults to look at. */
  phones: boolean;
  /** Nobody is signed in, and one must be. */
  signIn?: true;
  session?: Session;
}

export interface Session {
  accessKeyId: string;
  /** ISO 8601 */
  expiresAt: string;
  /** Those that the settings list and the key may look at. */
  instances: readonly string[];
  /** The key may look at others, too. */
  allInstances?: true;
}

/** An instance that the key may not look at does not exist for it. */
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
  if (!response.ok) throw new Error(`Not signed out: the service answered ${response.status}. Try again.`);
  startOver();
}

/** Reads the page anew, so that nothing of a session stays in memory; the address stays. */
export const startOver = (): void => location.reload();

/** For calls by a session in place of a signature: the browser adds its cookie, and whoever sees it has ended starts over. */
export const fetchBySession: typeof fetch = async (input, init) => {
  const headers = new Headers(init?.headers);
  headers.delete('authorization');
  const response = await fetch(input, { ...init, headers });
  if (response.headers.get('x-amzn-errortype') === 'UnrecognizedClientException') startOver();
  return response;
};
