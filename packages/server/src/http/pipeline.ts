// The life of a call: one function, one line per stage. Every stage before `invoke` refuses by throwing. Nothing is
// decoded before the signature over it is verified.
import type { IncomingMessage, ServerResponse } from 'node:http';

import { actionOf } from '@chatpush/wire';

import { authorize } from '../auth/authorize.ts';
import { bareInstanceId } from '../auth/instance.ts';
import type { ApplicationOf } from '../operations/applications/application.ts';
import type { Call, Handlers, ParticipantCall } from '../operations/handlers.ts';
import type { Turns } from '../fairness/turns.ts';
import type { Admission } from './admission.ts';
import type { Answer } from './answer.ts';
import { namedIn } from './answered-call.ts';
import type { Named } from './answered-call.ts';
import { PROVEN_BY_HEAD } from './authentication.ts';
import type { Authenticate } from './authentication.ts';
import { checkBodyHeaders, parseInTurns } from './json-body.ts';
import { CODECS } from './codec.ts';
import { decodeQuery, decodeSegments, findRoute } from './routes.ts';
import type { AnyOperationName, Route } from './routes.ts';
import type { Throttle } from './throttle.ts';
import type { CallSpan } from '../tracing/traces.ts';
import { turnOwner } from './turn-owner.ts';

export interface PipelineParts {
  readonly handlers: Handlers;
  readonly authenticate: Authenticate;
  readonly admission: Admission;
  readonly turns: Turns;
  readonly throttle: Throttle;
  /** Counts a call of an instance; throws if the instance is over its limit. */
  readonly onCall: (instanceId: string) => void;
  /** The account in the ARNs of refusals. */
  readonly account: () => string;
  /** The ARN of the application that an input names, if it names one. */
  readonly applicationOf: ApplicationOf;
}

/** What is known of a request while it is answered, for its log line. */
export interface Trace {
  readonly requestId: string;
  operation?: AnyOperationName;
  /** Its path, if a source handled it. */
  source?: string;
  /** The key's id, or the participant's. */
  accessKeyId?: string;
  instanceId?: string;
  /** The members that identify what the call changes. */
  named?: Named;
  /** The span that records its trace. */
  span?: CallSpan;
}

export type Pipeline = (
  request: IncomingMessage,
  response: ServerResponse,
  target: string,
  trace: Trace,
) => Promise<Answer>;

export function createPipeline(parts: PipelineParts): Pipeline {
  const { handlers, authenticate, admission, turns, throttle, onCall, account, applicationOf } = parts;
  return async (request, response, target, trace) => {
    const route = findRoute(request.method ?? '', target);
    trace.operation = route.name;
    const { bodyLimitBytes } = route.operation;
    const { identity, prove } = authenticate(request, target, route.operation);
    const owner = turnOwner(route, identity);
    const callerId = 'caller' in identity ? identity.caller.accessKeyId : identity.participant.participantId;
    const incoming = { request, response, owner, claimant: callerId, bodyLimitBytes };
    using received = await admission.receive(incoming);
    const { plusIsSpace } = prove === undefined ? PROVEN_BY_HEAD : await received.prove(prove);
    trace.accessKeyId = callerId;
    await received.work();
    if (received.body.length > 0) checkBodyHeaders(request);
    const input = await parseInTurns(received.body, owner, turns, (body) =>
      decode(route, request, body, plusIsSpace),
    );
    const { requestId } = trace;
    let output: unknown;
    if ('participant' in identity) {
      throttle.take(callerId, route.name);
      onCall(identity.participant.instanceId);
      output = await invoke(handlers, route.name, input, { participant: identity.participant, requestId });
    } else {
      const { caller, region } = identity;
      const named = withBareInstance(input);
      const { InstanceId } = named;
      const applicationArn = applicationOf(input, region);
      trace.instanceId = InstanceId;
      trace.named = namedIn(input);
      const action = actionOf(route.operation);
      authorize(caller, { action, instanceId: InstanceId, applicationArn }, { region, account: account() });
      throttle.take(callerId, route.name);
      if (InstanceId !== undefined) onCall(InstanceId);
      output = await invoke(handlers, route.name, named, { caller, region, requestId });
      trace.named = namedIn(input, output as object);
    }
    return CODECS[route.name].answer(output);
  };
}

/** Operations of chats name their instance by id or ARN. */
function withBareInstance(input: { readonly InstanceId?: string }): { readonly InstanceId?: string } {
  const { InstanceId } = input;
  const bare = InstanceId === undefined ? undefined : bareInstanceId(InstanceId);
  return bare === undefined || bare === InstanceId ? input : { ...input, InstanceId: bare };
}

/** The checked input from path, query, headers and body. */
function decode(route: Route, request: IncomingMessage, body: unknown, plusIsSpace: boolean): object {
  return CODECS[route.name].input({
    path: decodeSegments(route),
    query: decodeQuery(route, plusIsSpace),
    body,
    headers: request.headers,
  });
}

/** The table of handlers is typed by operation; here the name is known only at run time. */
function invoke(
  handlers: Handlers,
  name: AnyOperationName,
  input: object,
  call: Call | ParticipantCall,
): Promise<unknown> {
  const handler = handlers[name] as (input: object, call: Call | ParticipantCall) => Promise<unknown>;
  return handler(input, call);
}
