// The console at `/console/`: the page, who is signed in, and the phones where gateways are emulated.
//
//   open      in development on loopback, or with CHATPUSH_EXPOSE_DEVELOPMENT: the page, phones and faults for anyone
//   sign-in   by the setting `console`: the page for anyone; calls and phones with a session
//   off       otherwise: there is no page
//
// The page uses only the documented API. A session replaces a signature and gives no further rights.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Emulator } from '@chatpush/emulator';
import { serveConsolePage } from '@chatpush/emulator/console';
import { addressGroup } from '../auth/client-address.ts';
import type { Config } from '../config/config.ts';
import { consoleAccess } from '../config/console-access.ts';
import type { Mount, Source } from '../http/server-options.ts';
import type { Caller } from '../operations/handlers.ts';
import { ServiceError } from '../service-error.ts';
import type { ConsoleSessions, SignedIn } from './console-sessions.ts';

export interface Console {
  readonly mount: Mount;
  /** By path. */
  readonly sources: readonly (readonly [string, Source])[];
  /** The caller of a session: see ConsoleSessions. */
  readonly findSession: (request: IncomingMessage) => Caller | undefined;
}

export interface ConsoleParts {
  /** Read on every request: a reload may change it. */
  readonly config: () => Config;
  readonly sessions: ConsoleSessions;
  readonly addressOf: (request: IncomingMessage) => string;
  /** The emulator of this process. */
  readonly emulator: Emulator | undefined;
}

const MOST_SIGN_IN_BYTES = 4_096;
/** How long an event stream may continue after its session has ended. */
const LOOK_AGAIN_MS = 5_000;

export function createConsole({ config, sessions, addressOf, emulator }: ConsoleParts): Console {
  const takesSessions = () => consoleAccess(config()) === 'sign-in';

  /** Phones show the texts and tokens of all instances, and faults affect all: both are for unlimited keys. */
  const maySeePhones = ({ caller: { instances, actions, applications } }: SignedIn): boolean =>
    instances === 'all' && actions === 'all' && applications === 'all';

  /** The page's first request. */
  const stateFor = (request: IncomingMessage, access: 'open' | 'sign-in'): object => {
    if (access === 'open') return { service: true, phones: emulator !== undefined };
    const signedIn = sessions.signedIn(request);
    if (signedIn === undefined) return { service: true, phones: false, signIn: true };
    const { session, caller } = signedIn;
    return {
      service: true,
      phones: emulator !== undefined && maySeePhones(signedIn),
      session: {
        accessKeyId: session.accessKeyId,
        expiresAt: new Date(session.expiresAt).toISOString(),
        instances: caller.instances === 'all' ? config().instances : [...caller.instances],
        ...(caller.instances === 'all' && { allInstances: true }),
      },
    };
  };

  function answerPhones(request: IncomingMessage, response: ServerResponse): boolean {
    if (emulator === undefined) return false;
    const signedIn = sessions.signedIn(request);
    if (signedIn === undefined || !maySeePhones(signedIn)) return false;
    const watch = setInterval(() => {
      if (sessions.signedIn(request) === undefined) response.destroy();
    }, LOOK_AGAIN_MS);
    response.once('close', () => clearInterval(watch));
    return emulator.handler(request, response, true);
  }

  const source = (answer: Source['take']): Source => ({
    bodyLimitBytes: MOST_SIGN_IN_BYTES,
    turnOwner(_, request) {
      if (!takesSessions())
        throw new ServiceError(
          'UnknownOperationException',
          'Signing in is disabled: the setting "console" is off.',
        );
      sessions.check(request);
      return `console ${addressGroup(addressOf(request))}`;
    },
    take: answer,
  });

  return {
    findSession: (request) => (takesSessions() ? sessions.find(request) : undefined),
    sources: [
      ['/console/sign-in', source(async (body, _, request) => sessions.signIn(body, request))],
      ['/console/sign-out', source((_, __, request) => sessions.signOut(request))],
    ],
    mount(request, response) {
      const access = consoleAccess(config());
      if (access === 'off') return false;
      const path = (request.url ?? '').split('?', 1)[0]!;
      const isPage = /^\/console(?:\/|$)/.test(path);
      const isRead = request.method === 'GET' || request.method === 'HEAD';
      if (isPage && !isRead) return false;
      if (path === '/console/session') {
        const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
        response.writeHead(200, headers).end(JSON.stringify(stateFor(request, access)));
        return true;
      }
      if (access === 'open' && emulator !== undefined) return emulator.handler(request, response);
      if (isPage) {
        serveConsolePage(path, response);
        return true;
      }
      return access === 'sign-in' && /^\/emulator(?:\/|$)/.test(path) && answerPhones(request, response);
    },
  };
}
