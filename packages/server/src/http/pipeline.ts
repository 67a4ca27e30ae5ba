// The life of a call: one function, one line per stage. Everything before `invoke` refuses by throwing; nothing is decoded
// before the signature over it is known to be good.
import type { IncomingMessage } from 'node:http';

import { OPERATIONS, createValidate, decodeRequest, describeFaults, pick } from '@chatpush/wire';
import type { HeaderLines, OperationName, Validate } from '@chatpush/wire';

import { authorize } from '../auth/authorize.ts';
import { bareInstanceId } from '../auth/instance.ts';
import type { VerifySignature } from '../auth/signature.ts';
import type { Call, Caller, Handlers } from '../operations/handlers.ts';
import { ServiceError } from '../service-error.ts';
import { resultAnswer } from './answer.ts';
import type { Answer } from './answer.ts';
import { checkBodyHeaders, parseBody, readBody } from './body.ts';
import { decodeQuery, decodeSegments, findRoute } from './routes.ts';
import type { Route } from './routes.ts';
import type { Throttle } from './throttle.ts';

export interface PipelineParts {
  readonly handlers: Handlers;
  readonly verifySignature: VerifySignature;
  readonly throttle: Throttle;
  /** The account in ARNs of refusals. */
  readonly account: string;
}

/** What is known of a request while it is answered, for its line in the log. */
export interface Trace {
  readonly requestId: string;
  operation?: OperationName;
  accessKeyId?: string;
}

export type Pipeline = (request: IncomingMessage, target: string, trace: Trace) => Promise<Answer>;

const VALIDATE = Object.fromEntries(
  Object.entries(OPERATIONS).map(([name, operation]) => [name, createValidate(operation.input)]),
) as Record<OperationName, Validate>;

export function createPipeline({ handlers, verifySignature, throttle, account }: PipelineParts): Pipeline {
  return async (request, target, trace) => {
    const method = request.method ?? '';
    const route = findRoute(method, target);
    trace.operation = route.name;
    const verifyBody = verifySignature({ method, target, headers: headerLines(request) });
    const body = await readBody(request, route.operation.bodyLimitBytes);
    const signer = verifyBody(body);
    trace.accessKeyId = signer.key.id;
    const input = decode(route, request, body);
    const instanceId = bareInstanceId(input.InstanceId);
    const caller: Caller = { accessKeyId: signer.key.id, instances: signer.key.instances };
    authorize(caller, route.name, instanceId, { region: signer.region, account });
    throttle.take(caller.accessKeyId, route.name);
    const output = await invoke(
      handlers,
      route.name,
      { ...input, InstanceId: instanceId },
      {
        caller,
        requestId: trace.requestId,
      },
    );
    return resultAnswer(route.operation, output);
  };
}

/** Every operation names its instance. */
interface ValidInput {
  readonly InstanceId: string;
}

/** The input out of path, query and body, checked. Throws InvalidParameterException with all its faults. */
function decode(route: Route, request: IncomingMessage, body: Buffer): ValidInput {
  if (body.length > 0) checkBodyHeaders(request);
  const given = decodeRequest(route.operation, decodeSegments(route), decodeQuery(route), parseBody(body));
  const faults = VALIDATE[route.name](given);
  if (faults.length > 0) throw new ServiceError('InvalidParameterException', describeFaults(faults));
  return pick(route.operation.input, given) as ValidInput;
}

/** The table of handlers is typed by operation; here the name is known only at run time. */
function invoke(handlers: Handlers, name: OperationName, input: ValidInput, call: Call): Promise<unknown> {
  const handler = handlers[name] as (input: ValidInput, call: Call) => Promise<unknown>;
  return handler(input, call);
}

/** Header lines as they were sent: Node's own table joins and drops some of those that repeat. */
function headerLines({ rawHeaders }: IncomingMessage): HeaderLines {
  const lines: [string, string][] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) lines.push([rawHeaders[at]!, rawHeaders[at + 1]!]);
  return lines;
}
