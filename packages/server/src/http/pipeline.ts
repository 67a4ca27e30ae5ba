// The life of a call: one function, one line per stage. Everything before `invoke` refuses by throwing; nothing is decoded
// before the signature over it is known to be good.
import type { IncomingMessage } from 'node:http';

import { actionOf } from '@chatpush/wire';

import { authorize } from '../auth/authorize.ts';
import { bareInstanceId } from '../auth/instance.ts';
import type { Call, Handlers, ParticipantCall } from '../operations/handlers.ts';
import type { Answer } from './answer.ts';
import type { Authenticate } from './authentication.ts';
import { checkBodyHeaders, parseBody, readBody } from './body.ts';
import { CODECS } from './codec.ts';
import { decodeQuery, decodeSegments, findRoute } from './routes.ts';
import type { AnyOperationName, Route } from './routes.ts';
import type { Throttle } from './throttle.ts';

export interface PipelineParts {
  readonly handlers: Handlers;
  readonly authenticate: Authenticate;
  readonly throttle: Throttle;
  /** The account in ARNs of refusals. */
  readonly account: string;
}

/** What is known of a request while it is answered, for its line in the log. */
export interface Trace {
  readonly requestId: string;
  operation?: AnyOperationName;
  /** Its path, where a source took it. */
  source?: string;
  /** The key's id, or the participant's. */
  accessKeyId?: string;
}

export type Pipeline = (request: IncomingMessage, target: string, trace: Trace) => Promise<Answer>;

export function createPipeline({ handlers, authenticate, throttle, account }: PipelineParts): Pipeline {
  return async (request, target, trace) => {
    const method = request.method ?? '';
    const route = findRoute(method, target);
    trace.operation = route.name;
    const prove = authenticate(request, target, route.operation);
    const body = await readBody(request, route.operation.bodyLimitBytes);
    const proof = prove(body);
    const callerId = 'caller' in proof ? proof.caller.accessKeyId : proof.participant.participantId;
    trace.accessKeyId = callerId;
    const input = decode(route, request, body);
    const { requestId } = trace;
    let output: unknown;
    if ('participant' in proof) {
      throttle.take(callerId, route.name);
      output = await invoke(handlers, route.name, input, { participant: proof.participant, requestId });
    } else {
      const { caller, region } = proof;
      const { PinpointAppArn: applicationArn, ...named } = input as InstanceInput;
      const InstanceId = bareInstanceId(named.InstanceId);
      const action = actionOf(route.operation);
      authorize(caller, { action, instanceId: InstanceId, applicationArn }, { region, account });
      throttle.take(callerId, route.name);
      output = await invoke(handlers, route.name, { ...input, InstanceId }, { caller, requestId });
    }
    return CODECS[route.name].answer(output);
  };
}

/** Every operation but the participants' names its instance, and some an application. */
interface InstanceInput {
  readonly InstanceId: string;
  readonly PinpointAppArn?: string;
}

/** The input out of path, query, headers and body, checked. */
function decode(route: Route, request: IncomingMessage, body: Buffer): object {
  if (body.length > 0) checkBodyHeaders(request);
  return CODECS[route.name].input({
    path: decodeSegments(route),
    query: decodeQuery(route),
    body: parseBody(body),
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
