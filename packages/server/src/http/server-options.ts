// What an HTTP server is given: its handlers, its parts, and its rules.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

import type { Logger } from 'pino';

import type { FindAccessKey } from '../auth/access-keys.ts';
import type { VerifyBearer } from '../auth/bearer.ts';
import type { Clock } from '../clock.ts';
import type { Turns } from '../fairness/turns.ts';
import type { ApplicationOf } from '../operations/applications/application.ts';
import type { Handlers } from '../operations/handlers.ts';
import type { BeginCall } from '../tracing/traces.ts';
import type { Answer } from './answer.ts';
import type { AnsweredCall } from './answered-call.ts';
import type { FindParticipant, FindSession } from './authentication.ts';
import type { HttpLimits } from './limits.ts';
import type { Link, PageParts } from './pages.ts';

/**
 * A part of the server that answers requests itself, such as the emulator's routes. Returns whether it took the
 * request.
 */
export type Mount = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * A part that accepts requests with their own way of authentication: messages of other systems, people who sign in.
 */
export interface Source {
  readonly bodyLimitBytes: number;
  /** Whose turn a request uses, by its head; throws if the head shows that it will not be accepted. */
  turnOwner(headers: IncomingHttpHeaders, request: IncomingMessage): string;
  /**
   * Resolves when the effects of the request are on disk; rejects like a handler. A result of nothing is answered
   * with 200 and `{}`.
   */
  take(body: Buffer, headers: IncomingHttpHeaders, request: IncomingMessage): Promise<Answer | void>;
}

/**
 * `regions`, `account`, `limits.callsPerSecond`, `limits.burst` and `allowedHosts` are read on every call: they may
 * change.
 */
export interface HttpServerOptions {
  /** The turns of the whole process. Default: its own. */
  readonly turns?: Turns;
  readonly handlers: Handlers;
  /** The application that a call names by its id. Default: the id as part of an ARN. */
  readonly applicationOf?: ApplicationOf;
  readonly accessKey: FindAccessKey;
  /** Default: there are no bearer keys. */
  readonly verifyBearer?: VerifyBearer;
  /** The address a request comes from. Default: the other end of its connection. */
  readonly addressOf?: (request: IncomingMessage) => string;
  /** The holder of a participant's token. Default: nobody. */
  readonly findParticipant?: FindParticipant;
  /** The caller of a console session. Default: nobody. */
  readonly findSession?: FindSession;
  /** The regions that a signature may name. Default `any`. */
  readonly regions?: 'any' | readonly string[];
  /** The account in the ARNs of refusals. Default: twelve zeros. */
  readonly account?: string;
  readonly limits?: Partial<HttpLimits>;
  /** Called for every admitted call, with its instance; may refuse it by throwing. */
  readonly onCall?: (instanceId: string) => void;
  readonly clock: Clock;
  readonly log?: Logger;
  readonly ready: PageParts['ready'];
  readonly channels?: PageParts['channels'];
  readonly metrics?: PageParts['metrics'];
  /** Called for every answer: the operation or the source's path, if the request named one. Must not throw. */
  readonly onAnswer?: (asked: string | undefined, status: number, durationMs: number) => void;
  /** Begins the span of a call. Default: there are no traces. */
  readonly beginCall?: BeginCall | undefined;
  /** Called for every call once it was answered. Must not throw. */
  readonly onCallAnswered?: (call: AnsweredCall) => void;
  /**
   * Tried in order, before operations; they read the body themselves. A response still streaming on close is ended.
   */
  readonly mounts?: readonly Mount[];
  /** By path; they accept POST. */
  readonly sources?: ReadonlyMap<string, Source>;
  /** Pages that the page at `/` links to, besides its own. */
  readonly links?: readonly Link[];
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Refuse to listen anywhere but on loopback, as the development defaults require. */
  readonly loopbackOnly?: boolean;
  /** Host names accepted besides those of loopback while listening there, such as a reverse proxy's. */
  readonly allowedHosts?: readonly string[];
}
