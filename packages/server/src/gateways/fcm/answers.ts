// What FCM's answers mean (firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode,
// …/cloud-messaging/error-codes).
//
// An error is `{ error: { status, message, details[] } }`. FCM's own code is in the detail of type FcmError.
// Answers without it come from Google's front end or something in between, and say nothing about the device.
import { meaningOfStatus, type StatusMeaning } from '../status-meanings.ts';

/** The parts of an answer that decide its meaning. */
export interface FcmAnswer {
  readonly status: number;
  /** `FcmError.errorCode`. */
  readonly errorCode?: string;
  /** `error.status`, such as `NOT_FOUND`. */
  readonly googleStatus?: string;
  readonly message: string;
  /** The violations of `google.rpc.QuotaFailure`, as JSON text. */
  readonly quotas: readonly string[];
}

export interface Row extends Omit<StatusMeaning, 'remedy'> {
  /** `new-token`: the access token was refused, and another is fetched. */
  readonly remedy?: 'new-token' | StatusMeaning['remedy'];
  readonly status: number;
  /** Null matches only answers without an FcmError. */
  readonly errorCode: string | null;
  /** Must match the message or a quota. */
  readonly text?: RegExp;
}

/** The first matching row applies. */
export const FCM_ANSWERS: readonly Row[] = [
  {
    status: 400,
    errorCode: 'INVALID_ARGUMENT',
    // Only the text tells an invalid token from an invalid message: github.com/rails/action_push_native/pull/141
    text: /not a valid FCM registration token/i,
    verdict: 'token-suspect',
    means: 'The device token is not an FCM token.',
  },
  {
    status: 400,
    errorCode: 'INVALID_ARGUMENT',
    verdict: 'message',
    means: 'The message is invalid.',
  },
  {
    status: 400,
    errorCode: null,
    text: /not a valid FCM registration token/i,
    verdict: 'token-suspect',
    means: 'The device token is not an FCM token.',
  },
  { status: 400, errorCode: null, verdict: 'message', means: 'The message is invalid.' },
  {
    status: 401,
    errorCode: 'THIRD_PARTY_AUTH_ERROR',
    // Concerns devices that FCM reaches through Apple or web push; other devices of this channel are not affected.
    verdict: 'token-suspect',
    means: 'The Firebase project has no valid APNs or web-push key for this device.',
  },
  {
    status: 401,
    errorCode: null,
    verdict: 'again',
    remedy: 'new-token',
    uncured: 'credential',
    means: 'The access token is invalid or has expired.',
  },
  {
    status: 403,
    errorCode: 'SENDER_ID_MISMATCH',
    verdict: 'token-suspect',
    means: 'The device token belongs to another Firebase project.',
  },
  {
    status: 403,
    errorCode: null,
    verdict: 'credential',
    means: 'The service account is not allowed to send, or the FCM API is disabled in this project.',
  },
  {
    status: 404,
    errorCode: 'UNREGISTERED',
    verdict: 'token-dead',
    means: 'The app was removed from the device, or has been inactive for 270 days.',
  },
  {
    status: 404,
    errorCode: null,
    // This must not remove registrations during an outage: github.com/hackers-pub/hackerspub/pull/251
    verdict: 'credential',
    means: 'The project or the address is wrong.',
  },
  {
    status: 429,
    errorCode: 'QUOTA_EXCEEDED',
    text: /device/i,
    verdict: 'device-busy',
    means: 'Too many messages to this one device.',
  },
  {
    status: 429,
    errorCode: 'QUOTA_EXCEEDED',
    verdict: 'gateway-busy',
    means: 'The project exceeds its sending quota.',
  },
  { status: 500, errorCode: 'INTERNAL', verdict: 'gateway-busy', means: 'FCM failed.' },
  { status: 503, errorCode: 'UNAVAILABLE', verdict: 'gateway-busy', means: 'FCM is overloaded.' },
];

/** UNSPECIFIED_ERROR, codes that Google has not documented, and answers that are not JSON: the status decides. */
export function fcmMeaning(answer: FcmAnswer): Row {
  const words = [answer.message, ...answer.quotas].join('\n');
  const { status } = answer;
  const row = FCM_ANSWERS.find(
    (row) =>
      row.status === status &&
      row.errorCode === (answer.errorCode ?? null) &&
      (row.text === undefined || row.text.test(words)),
  );
  if (row !== undefined) return row;
  const worded = (answer.errorCode ?? answer.googleStatus) !== undefined;
  return { status, errorCode: null, ...meaningOfStatus(status, worded) };
}

/** Reads the body of an error. If it is not Google's JSON, only the status counts. */
export function parseFcmError(status: number, body: string): FcmAnswer {
  const error = errorIn(body);
  const details = Array.isArray(error['details']) ? (error['details'] as unknown[]) : [];
  const answer: { -readonly [K in keyof FcmAnswer]: FcmAnswer[K] } & { quotas: string[] } = {
    status,
    message: typeof error['message'] === 'string' ? error['message'] : '',
    quotas: [],
  };
  if (typeof error['status'] === 'string') answer.googleStatus = error['status'];
  for (const detail of details) {
    const { '@type': type, errorCode, violations } = (detail ?? {}) as Record<string, unknown>;
    if (type === 'type.googleapis.com/google.firebase.fcm.v1.FcmError' && typeof errorCode === 'string') {
      answer.errorCode = errorCode;
    }
    if (type === 'type.googleapis.com/google.rpc.QuotaFailure' && Array.isArray(violations)) {
      answer.quotas.push(JSON.stringify(violations));
    }
  }
  return answer;
}

function errorIn(body: string): Record<string, unknown> {
  try {
    const { error } = JSON.parse(body) as { error?: unknown };
    return typeof error === 'object' && error !== null ? (error as Record<string, unknown>) : {};
  } catch {
    return {}; // perhaps an error page of a proxy
  }
}
