// Every failure FCM documents, with Google's own message if it is known.
// https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode
// https://firebase.google.com/docs/cloud-messaging/error-codes

/** One member of `error.details`. */
export type Detail = Record<string, unknown> & { '@type': string };

export interface Failure {
  /** HTTP status. */
  code: number;
  /** `google.rpc.Code` in words. */
  status: string;
  /** The code in the FcmError detail; absent if the failure is not FCM's own. */
  errorCode?: string;
  message: string;
}

/** By the FCM error code, or by a name of ours for failures without one. */
export const FAILURES = {
  INVALID_ARGUMENT: {
    code: 400,
    status: 'INVALID_ARGUMENT',
    errorCode: 'INVALID_ARGUMENT',
    message: 'Request contains an invalid argument.',
  },
  // Differs from the previous entry only in its message.
  INVALID_TOKEN: {
    code: 400,
    status: 'INVALID_ARGUMENT',
    errorCode: 'INVALID_ARGUMENT',
    message: 'The registration token is not a valid FCM registration token',
  },
  UNAUTHENTICATED: {
    code: 401,
    status: 'UNAUTHENTICATED',
    message:
      'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
  },
  THIRD_PARTY_AUTH_ERROR: {
    code: 401,
    status: 'UNAUTHENTICATED',
    errorCode: 'THIRD_PARTY_AUTH_ERROR',
    message: 'Auth error from APNS or Web Push Service',
  },
  SENDER_ID_MISMATCH: {
    code: 403,
    status: 'PERMISSION_DENIED',
    errorCode: 'SENDER_ID_MISMATCH',
    message: 'SenderId mismatch',
  },
  PERMISSION_DENIED: {
    code: 403,
    status: 'PERMISSION_DENIED',
    message: "Permission 'cloudmessaging.messages.create' denied on resource.",
  },
  UNREGISTERED: {
    code: 404,
    status: 'NOT_FOUND',
    errorCode: 'UNREGISTERED',
    message: 'Requested entity was not found.',
  },
  // A wrong project or URL; says nothing about the phone.
  NOT_FOUND: { code: 404, status: 'NOT_FOUND', message: 'Requested entity was not found.' },
  QUOTA_EXCEEDED: {
    code: 429,
    status: 'RESOURCE_EXHAUSTED',
    errorCode: 'QUOTA_EXCEEDED',
    message: 'Quota exceeded for quota metric of messages.',
  },
  INTERNAL: { code: 500, status: 'INTERNAL', errorCode: 'INTERNAL', message: 'Internal error encountered.' },
  UNAVAILABLE: {
    code: 503,
    status: 'UNAVAILABLE',
    errorCode: 'UNAVAILABLE',
    message: 'The service is currently unavailable.',
  },
  UNSPECIFIED_ERROR: {
    code: 500,
    status: 'UNKNOWN',
    errorCode: 'UNSPECIFIED_ERROR',
    message: 'No more is known about this error.',
  },
} as const satisfies Record<string, Failure>;

export type FailureName = keyof typeof FAILURES;

/** The failure for a rule that names only a status. */
const USUAL: Partial<Record<number, FailureName>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'QUOTA_EXCEEDED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
};

/** The failure that a rule specifies by reason, by status, or by both. */
export function failureOf(reason: string | undefined, status: number | undefined): Failure {
  const known = reason ?? USUAL[status ?? 500] ?? 'UNSPECIFIED_ERROR';
  const failure: Failure = Object.hasOwn(FAILURES, known)
    ? FAILURES[known as FailureName]
    : { ...FAILURES.UNSPECIFIED_ERROR, errorCode: known };
  return { ...failure, code: status ?? failure.code };
}

const ERROR_INFO_REASONS: Partial<Record<string, string>> = {
  expired: 'ACCESS_TOKEN_EXPIRED',
  missing: 'CREDENTIALS_MISSING',
  unknown: 'ACCESS_TOKEN_TYPE_UNSUPPORTED',
};

/** The detail of a 401: `google.rpc.ErrorInfo`, as every Google API sends it. */
export const authDetail = (why: 'expired' | 'missing' | 'unknown'): Detail => ({
  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
  reason: ERROR_INFO_REASONS[why],
  domain: 'googleapis.com',
  metadata: { service: 'fcm.googleapis.com', method: 'google.firebase.fcm.v1.FcmService.SendMessage' },
});

/** The body of a failure. */
export function failureBody(
  { code, status, errorCode, message }: Failure,
  details: readonly Detail[] = [],
): string {
  const all: Detail[] = [...details];
  if (errorCode !== undefined) {
    all.push({ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode });
  }
  if (errorCode === 'QUOTA_EXCEEDED') {
    all.push({
      '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
      violations: [{ subject: 'messages', description: message }],
    });
  }
  if (errorCode === 'THIRD_PARTY_AUTH_ERROR') {
    all.push({
      '@type': 'type.googleapis.com/google.firebase.fcm.v1.ApnsError',
      statusCode: 403,
      reason: 'InvalidProviderToken',
    });
  }
  return JSON.stringify({ error: { code, message, status, ...(all.length > 0 ? { details: all } : {}) } });
}
