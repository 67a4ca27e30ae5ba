// The HTTP interface: phones, faults, the log and events under /emulator, the web page under /console/.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Emulator } from '../emulator.ts';
import { FaultRuleError, parseRules } from '../fault-rule-check.ts';
import { FAULTS } from '../faults.ts';
import { isJson } from '../notification.ts';
import { KEPT_NOTIFICATIONS, WaitTimeoutError, type Phone } from '../phone.ts';
import { phoneName } from '../phones.ts';
import { KEPT_REQUESTS } from '../request-log.ts';
import { serveConsole } from './console-files.ts';
import { streamEvents } from './event-stream.ts';
import { foreignness } from './loopback.ts';
import { search } from './search.ts';
import { newest, phoneSummary, phoneView, xcodeFile } from './views.ts';

/** A refused request, with a message that says why. */
class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Options of the handler. */
interface Rules {
  /** The directory of the built page; undefined if it was not built. */
  consoleFiles: string | undefined;
  /** The request is already authenticated. */
  isChecked?: boolean | undefined;
}

/** The answer to the page's first request: there are phones, and no service beside them. */
const CONSOLE_HERE = { service: false, phones: true };

interface Call {
  emulator: Emulator;
  request: IncomingMessage;
  response: ServerResponse;
  /** The path segments at `:token` and `:n` of the route. */
  token: string;
  n: string;
  query: URLSearchParams;
}

/** What a route returns: JSON (200), nothing (204), or a marker that it has written the response itself. */
type Route = (call: Call) => unknown;

/** The route has written the response itself. */
const ANSWERED = Symbol('answered');
const MOST_BODY_BYTES = 1_048_576;
const MOST_WAIT_MS = 600_000;

const knownPhone = ({ emulator, token }: Call): Phone => {
  const name = phoneName(token);
  const phone = emulator.phones().find(({ deviceToken }) => deviceToken === name);
  if (phone === undefined) {
    throw new Refused(
      404,
      `There is no phone with the token ${JSON.stringify(token)} yet: a phone appears with its first notification.`,
    );
  }
  return phone;
};

const wholeNumber = (query: URLSearchParams, name: string, usual: number, most: number): number => {
  const value = Number(query.get(name) ?? usual);
  if (Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw new Refused(
    400,
    `${name} must be a whole number from 0 to ${most}, not ${JSON.stringify(query.get(name))}.`,
  );
};

const switching =
  (flip: (phone: Phone, body: Record<string, unknown>) => void): Route =>
  async (call) => {
    const phone = call.emulator.phone(call.token);
    const body = await readJson(call.request);
    flip(phone, isJson(body) ? body : {});
    return phoneSummary(phone);
  };

const ROUTES: Record<string, Route> = {
  'GET /emulator': ({ emulator }) => emulator.description,
  'GET /emulator/phones': ({ emulator }) => ({ phones: emulator.phones().map(phoneSummary) }),
  'DELETE /emulator/phones': ({ emulator }) => emulator.forgetPhones(),
  'GET /emulator/phones/:token': (call) =>
    phoneView(knownPhone(call), wholeNumber(call.query, 'newest', KEPT_NOTIFICATIONS, KEPT_NOTIFICATIONS)),
  'PUT /emulator/phones/:token': async ({ emulator, request, token }) => {
    const body = await readJson(request);
    const { deviceType, app } = isJson(body) ? body : {};
    if (deviceType !== 'APNS' && deviceType !== 'APNS_SANDBOX' && deviceType !== 'GCM') {
      throw new Refused(400, 'deviceType must be APNS, APNS_SANDBOX or GCM.');
    }
    if (app !== undefined && typeof app !== 'string')
      throw new Refused(400, 'app must be a bundle id or a Firebase project.');
    return phoneSummary(emulator.install(token, { deviceType, app }));
  },
  'GET /emulator/phones/:token/wait': async ({ emulator, response, token, query }) => {
    const count = wholeNumber(query, 'count', 1, 10_000);
    const timeoutMs = wholeNumber(query, 'timeoutMs', 10_000, MOST_WAIT_MS);
    const phone = emulator.phone(token);
    const abort = new AbortController();
    response.once('close', () => abort.abort());
    const matching = await phone.waitFor({
      count,
      timeoutMs,
      contains: query.get('contains') ?? undefined,
      signal: abort.signal,
    });
    return { ...phoneView(phone), notifications: matching };
  },
  'POST /emulator/phones/:token/switch-off': switching((phone) => phone.switchOff()),
  'POST /emulator/phones/:token/switch-on': switching((phone) => phone.switchOn()),
  'POST /emulator/phones/:token/uninstall': switching((phone, { at }) => {
    if (at !== undefined && !Number.isSafeInteger(at))
      throw new Refused(400, 'at must be milliseconds since 1970.');
    phone.uninstall(at as number | undefined);
  }),
  'POST /emulator/phones/:token/reinstall': switching((phone) => phone.reinstall()),
  'GET /emulator/phones/:token/notifications/:n': (call) => {
    const [, number = '', apns] = /^(\d+)(\.apns)?$/.exec(call.n) ?? [];
    const notification = knownPhone(call).notifications.find(({ n }) => n === Number(number));
    if (notification === undefined)
      throw new Refused(404, `The phone has no notification ${call.n}, or no longer keeps it.`);
    if (apns === undefined) return notification;
    if (notification.gateway === 'fcm')
      throw new Refused(409, 'Xcode accepts only APNs notifications, and this one came through FCM.');
    call.response.setHeader('content-disposition', `attachment; filename="notification-${number}.apns"`);
    return xcodeFile(notification);
  },
  'GET /emulator/duplicates': ({ emulator }) => ({ duplicates: emulator.duplicates() }),
  'GET /emulator/requests': ({ emulator, query }) => ({
    total: emulator.requests.total,
    requests: newest(emulator.requests.list(), wholeNumber(query, 'newest', KEPT_REQUESTS, KEPT_REQUESTS)),
  }),
  'GET /emulator/requests/:n': ({ emulator, n }) => {
    const found = /^\d{1,15}$/.test(n) ? emulator.requests.find(Number(n)) : undefined;
    if (found === undefined)
      throw new Refused(404, `The log has no request ${n}; it keeps the newest ${KEPT_REQUESTS}.`);
    return found;
  },
  'GET /emulator/search': ({ emulator, query }) => {
    const text = query.get('text') ?? '';
    if (text === '')
      throw new Refused(400, 'The parameter text is missing: set it to the text to search for.');
    return search(emulator, text);
  },
  'GET /emulator/faults': ({ emulator }) => ({ rules: emulator.faults.list(), faults: FAULTS }),
  'PUT /emulator/faults': async ({ emulator, request }) => {
    const body = await readJson(request);
    emulator.faults.set(parseRules(isJson(body) ? body['rules'] : body));
    return { rules: emulator.faults.list() };
  },
  'GET /emulator/events': ({ emulator, request, response }) => {
    streamEvents(emulator, request, response);
    return ANSWERED;
  },
};

const PATTERNS = Object.entries(ROUTES).map(([key, route]) => {
  const [method, path = ''] = key.split(' ');
  const pattern = new RegExp(`^${path.replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')}/?$`);
  return { method, pattern, route };
});

async function readText(request: IncomingMessage): Promise<string> {
  let text = '';
  try {
    for await (const chunk of request.setEncoding('utf8')) {
      text += chunk as string;
      if (text.length > MOST_BODY_BYTES)
        throw new Refused(413, `The body may be at most ${MOST_BODY_BYTES} bytes.`);
    }
  } catch (error) {
    if (error instanceof Refused) throw error;
    // The sender disconnected or its chunked encoding is broken. Node has usually closed the connection, so this answer rarely
    // arrives.
    throw new Refused(400, `The body is incomplete: ${(error as Error).message}.`);
  }
  return text;
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const text = await readText(request);
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refused(400, `The body is not valid JSON: ${(error as Error).message}`);
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(body)}\n`);
}

function answerError(response: ServerResponse, error: unknown): void {
  if (error instanceof Refused) return answer(response, error.status, { message: error.message });
  if (error instanceof WaitTimeoutError) return answer(response, 504, { message: error.message });
  if (error instanceof FaultRuleError)
    return answer(response, 400, { message: error.message, problems: error.problems });
  answer(response, 500, { message: 'Internal error of the emulator; see the warnings of its process.' });
  // A warning rather than an exception: nothing awaits this, and the process may be a service or a test run.
  process.emitWarning(error instanceof Error ? (error.stack ?? error.message) : String(error), 'EmulatorBug');
}

async function dispatch(
  emulator: Emulator,
  foreign: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = '', search = ''] = (request.url ?? '').split('?', 2);
  const matching = PATTERNS.flatMap((one) => {
    const match = one.pattern.exec(path);
    return match === null ? [] : [{ ...one, groups: match.groups ?? {} }];
  });
  try {
    if (foreign !== undefined) throw new Refused(403, foreign);
    if (matching.length === 0) throw new Refused(404, `There is nothing at ${path}.`);
    const found = matching.find(({ method }) => method === request.method);
    if (found === undefined) {
      response.setHeader('allow', matching.map(({ method }) => method).join(', '));
      throw new Refused(405, `${request.method} is not allowed for ${path}.`);
    }
    const { token = '', n = '' } = found.groups;
    const result = await found.route({
      emulator,
      request,
      response,
      token: decoded(token),
      n,
      query: new URLSearchParams(search),
    });
    if (result !== ANSWERED) answer(response, 200, result ?? {});
  } catch (error) {
    answerError(response, error);
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Refused(400, `${part} is not percent-encoded UTF-8.`);
  }
}

/** Handles a request for `/emulator…` or `/console…` and returns true; ignores any other. */
export function handle(
  emulator: Emulator,
  { consoleFiles, isChecked = false }: Rules,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  if (!/^\/(?:console|emulator)(?:\/|$)/.test(path)) return false;
  const foreign = isChecked ? undefined : foreignness(request);
  // Other sites must not load these as scripts or show them in a frame.
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('content-security-policy', "frame-ancestors 'none'");
  if (!path.startsWith('/console')) void dispatch(emulator, foreign, request, response);
  else if (foreign !== undefined) answer(response, 403, { message: foreign });
  else if (path === '/console/session') answer(response, 200, CONSOLE_HERE);
  else void serveConsole(consoleFiles, path, response);
  return true;
}
