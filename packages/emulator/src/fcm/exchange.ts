// One request to the emulated FCM or its token endpoint, over HTTP/2 or HTTP/1.1.
import { randomUUID } from 'node:crypto';
import type { Http2ServerRequest, Http2ServerResponse, ServerHttp2Stream } from 'node:http2';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import type { Connection } from '../connection.ts';
import type { Answer, Exchange } from '../exchange.ts';
import type { FaultRule } from '../fault-rule.ts';
import type { Phones } from '../phones.ts';
import type { Rates } from '../rates.ts';
import { keptHeaders } from '../notification.ts';
import type { Said } from '../logged-request.ts';
import type { RequestLog } from '../request-log.ts';
import type { Registered, Strict } from '../strictness.ts';
import type { AccessTokens } from './access-tokens.ts';
import { authDetail, FAILURES, failureBody, failureOf, type Detail, type Failure } from './answers.ts';
import { isForeign } from './registration-token.ts';
import { parseMessage, type Parsed, type Violation } from './message.ts';
import { overPublishedQuota } from './quotas.ts';

export interface FcmPlace {
  phones: Phones;
  log: RequestLog;
  tokens: AccessTokens;
  registered: Registered;
  strict: Strict;
  clock: Clock;
  rates: Rates;
}

export type Request = Http2ServerRequest | IncomingMessage;
export type Response = Http2ServerResponse | ServerResponse;

const SEND_PATH = /^\/v1\/projects\/([^/?]+)\/messages:send(?:\?.*)?$/;
const JSON_TYPE = { 'content-type': 'application/json; charset=UTF-8' };

/** Shared by both endpoints: sends an answer and logs it. */
abstract class Base {
  readonly connection: Connection;
  readonly stream: ServerHttp2Stream | undefined;
  abstract readonly gateway: 'fcm' | 'oauth';
  deviceToken: string | undefined;
  project: string | undefined;
  protected readonly place: FcmPlace;
  protected readonly request: Request;
  protected readonly body: string;
  protected accepted = false;
  #response: Response;
  #finished = false;

  constructor(place: FcmPlace, connection: Connection, request: Request, response: Response, body: string) {
    this.place = place;
    this.connection = connection;
    this.request = request;
    this.body = body;
    this.#response = response;
    this.stream = 'stream' in response ? response.stream : undefined;
    response.once('close', () => this.#abandoned());
  }

  send({ status, headers, body = '', verdict }: Answer, fault?: string): void {
    if (this.#finished) return; // the sender gave up before a slow answer
    this.#log(verdict, status, fault, { headers, body });
    // Both of Node's response types have these methods.
    const response = this.#response as ServerResponse;
    response.writeHead(status, headers);
    response.end(body);
  }

  unanswered(verdict: string, fault?: string): void {
    this.#log(verdict, undefined, fault);
  }

  debugText(reason: string): string {
    return reason;
  }

  #abandoned(): void {
    if (!this.#finished) this.unanswered('abandoned by the sender');
  }

  #log(
    verdict: string,
    status: number | undefined,
    fault: string | undefined,
    answer?: Said['answer'],
  ): void {
    this.#finished = true;
    const logged = {
      at: this.place.clock.now(),
      gateway: this.gateway,
      connection: this.connection.n,
      stream: this.stream?.id,
      deviceToken: this.deviceToken,
      app: this.project,
      accepted: this.accepted,
      status,
      verdict,
      fault,
    };
    this.place.log.add(logged, () => ({
      headers: keptHeaders(this.request.headers),
      // The body of a token request is an assertion, which is a credential.
      body: this.gateway === 'fcm' ? this.body : undefined,
      answer,
    }));
  }
}

/** `POST /v1/projects/{project}/messages:send` */
export class SendExchange extends Base implements Exchange {
  readonly gateway = 'fcm';
  #parsed: Parsed | Violation[];

  constructor(place: FcmPlace, connection: Connection, request: Request, response: Response, body: string) {
    super(place, connection, request, response, body);
    this.project = SEND_PATH.exec(request.url ?? '')?.[1];
    this.#parsed = parseMessage(body);
    if (!Array.isArray(this.#parsed) && (this.#parsed.target === 'token' || this.#parsed.target === 'fid')) {
      this.deviceToken = this.#parsed.address;
    }
  }

  serve(): Answer {
    const { tokens, registered, clock, phones, strict, rates } = this.place;
    const { project, deviceToken } = this;
    if (project === undefined || this.request.method !== 'POST') return this.#fail(FAILURES.NOT_FOUND);
    const why = tokens.fault(this.request.headers.authorization, project);
    if (why === 'other-project') return this.#fail(FAILURES.PERMISSION_DENIED);
    if (why !== undefined) return this.#fail(FAILURES.UNAUTHENTICATED, [authDetail(why)]);
    if (registered.fcm && ![...registered.fcm.values()].some((account) => account.projectId === project)) {
      return this.#fail(FAILURES.NOT_FOUND);
    }
    if (Array.isArray(this.#parsed)) return this.#invalid(this.#parsed);
    const { message, validateOnly } = this.#parsed;
    if (deviceToken !== undefined) {
      if (isForeign(deviceToken)) return this.#fail(FAILURES.INVALID_TOKEN);
      const phone = phones.find(deviceToken);
      if (phone?.uninstalledAt !== undefined) return this.#fail(FAILURES.UNREGISTERED);
      if (phone?.installed === undefined) {
        if (strict.tokens) return this.#fail(FAILURES.INVALID_TOKEN);
      } else if (phone.installed.deviceType !== 'GCM') {
        return this.#fail(FAILURES.INVALID_TOKEN);
      } else if (phone.installed.app !== undefined && phone.installed.app !== project) {
        return this.#fail(FAILURES.SENDER_ID_MISMATCH);
      }
    }
    if (strict.quotas) {
      const retryAfterSeconds = overPublishedQuota(rates, project, deviceToken, message, clock.now());
      if (retryAfterSeconds !== undefined) return this.#fail(FAILURES.QUOTA_EXCEEDED, [], retryAfterSeconds);
    }
    if (!validateOnly) {
      this.accepted = true;
      // Topics and conditions are accepted and reach no phone: the emulator keeps no subscriptions.
      if (deviceToken !== undefined) {
        phones.receive(deviceToken, {
          gateway: 'fcm',
          app: project,
          headers: this.request.headers,
          body: JSON.stringify({ message }),
        });
      }
    }
    const id = validateOnly
      ? 'fake_message_id'
      : `0:${clock.now() * 1000}%${randomUUID().replaceAll('-', '').slice(0, 16)}`;
    const body = JSON.stringify({ name: `projects/${project}/messages/${id}` });
    return { status: 200, headers: JSON_TYPE, body, verdict: validateOnly ? 'valid' : 'accepted' };
  }

  failure(rule: FaultRule): Answer {
    const { tokens } = this.place;
    if (rule.fault === 'expire-access-token') {
      tokens.expire(this.request.headers.authorization);
      return this.#fail(FAILURES.UNAUTHENTICATED, [authDetail('expired')]);
    }
    const failure = rule.fault === 'quota' ? FAILURES.QUOTA_EXCEEDED : failureOf(rule.reason, rule.status);
    const details =
      failure.status === 'UNAUTHENTICATED' && failure.errorCode === undefined ? [authDetail('expired')] : [];
    return this.#fail(failure, details, rule.retryAfterSeconds);
  }

  #fail(failure: Failure, details: readonly Detail[] = [], retryAfterSeconds?: number): Answer {
    const retryAfter: Record<string, string> =
      retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
    return {
      status: failure.code,
      headers: { ...JSON_TYPE, ...retryAfter },
      body: failureBody(failure, details),
      verdict: failure.errorCode ?? failure.status,
    };
  }

  #invalid(violations: readonly Violation[]): Answer {
    const message = violations.map(({ description }) => description).join('\n');
    // Google sends an FcmError if FCM itself refuses a message, but not if its JSON reader does.
    const isFcm = !/^Invalid (JSON|value at)/.test(message);
    const failure = {
      ...FAILURES.INVALID_ARGUMENT,
      message,
      errorCode: isFcm ? 'INVALID_ARGUMENT' : undefined,
    };
    return this.#fail(failure, [
      { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: violations },
    ]);
  }
}

/** `POST /token` */
export class TokenExchange extends Base implements Exchange {
  readonly gateway = 'oauth';
  #answer: Answer = { status: 500, headers: {}, verdict: 'not judged' };

  /** Signatures are verified asynchronously, so call this before {@link serve}. */
  async judge(expiresInSeconds?: number): Promise<this> {
    const token = await this.place.tokens.issue(this.body, expiresInSeconds);
    if ('error' in token) {
      const { status, ...body } = token;
      this.#answer = { status, headers: JSON_TYPE, body: JSON.stringify(body), verdict: token.error };
    } else {
      this.#answer = { status: 200, headers: JSON_TYPE, body: JSON.stringify(token), verdict: 'issued' };
    }
    return this;
  }

  serve(): Answer {
    return this.#answer;
  }

  failure({ status, reason, retryAfterSeconds }: FaultRule): Answer {
    const code = status ?? (reason === undefined ? 500 : 400);
    const error = reason ?? (code >= 500 ? 'internal_failure' : 'invalid_grant');
    const headers: Record<string, string> = { ...JSON_TYPE };
    if (retryAfterSeconds !== undefined) headers['retry-after'] = String(retryAfterSeconds);
    return {
      status: code,
      headers,
      body: JSON.stringify({ error, error_description: error }),
      verdict: error,
    };
  }
}
