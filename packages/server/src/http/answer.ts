// Answers: one for every request, always JSON in the form of restJson1, whichever stage refuses it.
// https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization
import { ERRORS } from '@chatpush/wire';
import type { ErrorName, Operation } from '@chatpush/wire';

import { ServiceError } from '../service-error.ts';
import { StoreBusyError, StoreUnavailableError } from '../store/store.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** What an error's answer may have besides name and message. */
export interface RefusalOptions {
  /** If HTTP has its own status for it (414, 417) that the error's table does not have. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Members of the body besides `Message`. */
  readonly members?: Readonly<Record<string, string>>;
}

export const JSON_TYPE = { 'content-type': 'application/json' };

export const jsonAnswer = (status: number, value: unknown): Answer => ({
  status,
  headers: JSON_TYPE,
  body: JSON.stringify(value),
});

/** An error by name. SDKs read the name from the header, and boto3 reads `Message` only with a capital M. */
export function refusal(name: ErrorName, message: string, options: RefusalOptions = {}): Answer {
  return {
    status: options.status ?? ERRORS[name].status,
    headers: { ...JSON_TYPE, 'x-amzn-errortype': name, ...options.headers },
    body: JSON.stringify({ Message: message, ...options.members }),
  };
}

/**
 * In whole seconds for HTTP (RFC 9110 §10.2.3), which the SDKs for JavaScript and Java read, and in milliseconds
 * for those for Python, Go and Rust.
 */
export const retryAfter = (seconds: number): Record<string, string> => ({
  'retry-after': String(Math.max(1, Math.ceil(seconds))),
  'x-amz-retry-after': String(Math.max(1, Math.ceil(seconds * 1000))),
});

/** Amazon's names for the same error. The SDKs know only the names that the operation documents. */
const SYNONYMS: Readonly<Partial<Record<ErrorName, readonly ErrorName[]>>> = {
  AccessDeniedException: ['ForbiddenException'],
  InternalServiceException: ['InternalServerException', 'InternalServerErrorException'],
  InvalidParameterException: ['ValidationException', 'InvalidRequestException', 'BadRequestException'],
  RequestEntityTooLargeException: ['PayloadTooLargeException'],
  ResourceNotFoundException: ['NotFoundException'],
  ThrottlingException: ['TooManyRequestsException'],
};

/** The error under the name that the operation documents. */
function documentedName(name: ErrorName, { errors }: Operation): ErrorName {
  if (errors.includes(name)) return name;
  return SYNONYMS[name]?.find((synonym) => errors.includes(synonym)) ?? name;
}

/**
 * The answer to anything that was thrown: a ServiceError by its name, anything else without its message.
 * `operation`: if it is known which one was called.
 */
export function thrownAnswer(error: unknown, operation?: Operation, requestId?: string): Answer {
  const name = error instanceof ServiceError ? error.name : undefined;
  // A method that no operation has is refused before an operation is known, with a name that only Pinpoint
  // documents.
  const isPinpoint = operation?.service === 'mobiletargeting' || name === 'MethodNotAllowedException';
  // Pinpoint's SDKs read the id from the body, with this spelling.
  const members: RefusalOptions['members'] =
    isPinpoint && requestId !== undefined ? { RequestID: requestId } : {};
  const refuse: typeof refusal = (name, message, options) =>
    refusal(operation ? documentedName(name, operation) : name, message, { ...options, members });
  if (error instanceof HttpRefusal) return refuse(error.name, error.message, error.options);
  if (error instanceof ServiceError) {
    const { retryAfterSeconds } = error;
    if (retryAfterSeconds === undefined) return refuse(error.name, error.message);
    return refuse(error.name, error.message, { headers: retryAfter(retryAfterSeconds) });
  }
  if (error instanceof StoreBusyError)
    return refuse(
      'ServiceUnavailableException',
      'Too many calls are waiting for the store; repeat the request.',
      {
        headers: retryAfter(1),
      },
    );
  if (error instanceof StoreUnavailableError)
    return refuse('InternalServiceException', 'The store is not available; repeat the request.');
  return refuse(
    'InternalServiceException',
    'An internal error occurred; its cause is in the log under this request id.',
  );
}

/** The name of the error in the answer. */
export const errorNameOf = ({ headers }: Answer): ErrorName => headers['x-amzn-errortype'] as ErrorName;

/** A ServiceError with something for HTTP: its own status, `Allow`, `Connection: close`. */
export class HttpRefusal extends ServiceError {
  readonly options: RefusalOptions;

  constructor(name: ErrorName, message: string, options: RefusalOptions) {
    super(name, message);
    this.options = options;
  }
}
