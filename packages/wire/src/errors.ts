// Every error that an operation can return, by its name in `X-Amzn-ErrorType`.
//
// Modelled errors are from Amazon's API models (Connect 2017-08-08, Participant Service 2018-09-07); AWS front ends answer
// the others before an operation is reached ("Errors common to all actions"; REST-JSON services use
// 403 for failures of authentication, see https://docs.aws.amazon.com/connect/latest/APIReference/CommonErrors.html).

export interface ErrorKind {
  readonly status: number;
  /** Who is at fault: the caller (`client`) or the service (`server`). */
  readonly fault: 'client' | 'server';
  /** Whether SDKs retry it. */
  readonly repeated: boolean;
}

const client = (status: number): ErrorKind => ({ status, fault: 'client', repeated: false });
const throttled = (status: number): ErrorKind => ({ status, fault: 'client', repeated: true });
const server = (status: number): ErrorKind => ({ status, fault: 'server', repeated: true });

export const ERRORS = {
  // Modelled by the operations.
  AccessDeniedException: client(403),
  ConditionalOperationFailedException: client(409),
  ContactNotFoundException: client(410),
  InternalServerException: server(500),
  InternalServiceException: server(500),
  InvalidParameterException: client(400),
  InvalidRequestException: client(400),
  LimitExceededException: throttled(429),
  ResourceNotFoundException: client(404),
  ServiceQuotaExceededException: client(402),
  ThrottlingException: throttled(429),
  ValidationException: client(400),
  // Modelled by Connect's integration associations and by every operation of Pinpoint (2016-12-01).
  BadRequestException: client(400),
  DuplicateResourceException: client(409),
  ForbiddenException: client(403),
  InternalServerErrorException: server(500),
  MethodNotAllowedException: client(405),
  NotFoundException: client(404),
  PayloadTooLargeException: client(413),
  TooManyRequestsException: throttled(429),
  // Answered before an operation is reached.
  ExpiredTokenException: client(403),
  IncompleteSignatureException: client(403),
  InvalidSignatureException: client(403),
  MalformedHttpRequestException: client(400),
  MissingAuthenticationTokenException: client(403),
  RequestEntityTooLargeException: client(413),
  RequestHeaderSectionTooLargeException: client(431),
  RequestTimeoutException: { status: 408, fault: 'client', repeated: true },
  ServiceUnavailableException: server(503),
  UnknownOperationException: client(404),
  UnrecognizedClientException: client(403),
} as const satisfies { readonly [name: string]: ErrorKind };

export type ErrorName = keyof typeof ERRORS;

/** The errors of an operation that names something which may not exist, and has no others. */
export const USUAL_ERRORS = [
  'AccessDeniedException',
  'InternalServiceException',
  'InvalidParameterException',
  'ResourceNotFoundException',
  'ThrottlingException',
] as const satisfies readonly ErrorName[];

/** The error name in a header or body value: AWS front ends put a namespace before `#` and an address after `:`. */
export function errorName(value: string): string {
  const bare = value.split(':', 1)[0]!;
  return bare.slice(bare.indexOf('#') + 1).trim();
}
