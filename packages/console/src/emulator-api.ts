// The calls to the emulator's HTTP API that the page needs, at the page's own address.
import type {
  AppliedRule,
  Description,
  FaultKind,
  FaultRule,
  LoggedRequest,
  Notification,
  Said,
} from '@chatpush/emulator';
import type { PhoneSummary, PhoneView } from './phone.ts';
import { readHere } from './session.ts';
import { KEPT_REQUESTS, type Snapshot } from './state.ts';

/** The emulator refused a call. The message is the emulator's own. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

async function ask<T>(path: string, method = 'GET', body?: unknown): Promise<T> {
  const init: RequestInit = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const [response, text] = await fetch(path, init)
    .then(async (response) => [response, await response.text()] as const)
    .catch((cause: unknown) => {
      throw new Error(
        'The emulator does not answer. Check that it is running. The page reconnects by itself.',
        {
          cause,
        },
      );
    });
  if (response.ok) return JSON.parse(text) as T;
  throw new RefusedError(response.status, sentenceOf(text) ?? `${path} answered ${response.status}.`);
}

function sentenceOf(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { message?: string }).message;
  } catch {
    return undefined; // not JSON, for example an error page of a proxy
  }
}

export const phonePath = (deviceToken: string): string =>
  `/emulator/phones/${encodeURIComponent(deviceToken)}`;

export const notificationPath = (deviceToken: string, n: number): string =>
  `${phonePath(deviceToken)}/notifications/${n}`;

export async function readSnapshot(): Promise<Snapshot> {
  const [description, here, { phones }, faults, { total, requests }] = await Promise.all([
    ask<Description>('/emulator'),
    readHere(),
    ask<{ phones: PhoneSummary[] }>('/emulator/phones'),
    ask<{ rules: AppliedRule[]; faults: Record<string, FaultKind> }>('/emulator/faults'),
    ask<{ total: number; requests: LoggedRequest[] }>(`/emulator/requests?newest=${KEPT_REQUESTS}`),
  ]);
  return { description, hasService: here.service, phones, ...faults, requests, requestCount: total };
}

export const readPhone = (deviceToken: string): Promise<PhoneView> =>
  ask(`${phonePath(deviceToken)}?newest=0`);

export const readNotification = (deviceToken: string, n: number): Promise<Notification> =>
  ask(notificationPath(deviceToken, n));

/** `said` is kept only for the newest requests that were not accepted. */
export const readRequest = (n: number): Promise<{ request: LoggedRequest; said?: Said }> =>
  ask(`/emulator/requests/${n}`);

/** What matches a text, newest first. */
export interface Found {
  phones: PhoneSummary[];
  notifications: (Notification & { deviceToken: string })[];
  requests: { request: LoggedRequest; said?: Said }[];
}

export const searchEmulator = (text: string): Promise<Found> =>
  ask(`/emulator/search?${new URLSearchParams({ text })}`);

export type Switch = 'switch-off' | 'switch-on' | 'uninstall' | 'reinstall';

export const switchPhone = (deviceToken: string, how: Switch): Promise<unknown> =>
  ask(`${phonePath(deviceToken)}/${how}`, 'POST');

export const installPhone = (deviceToken: string, deviceType: string): Promise<unknown> =>
  ask(phonePath(deviceToken), 'PUT', { deviceType });

export const forgetPhones = (): Promise<unknown> => ask('/emulator/phones', 'DELETE');

export const putRules = (rules: readonly FaultRule[]): Promise<unknown> =>
  ask('/emulator/faults', 'PUT', { rules });
