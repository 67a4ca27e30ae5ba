// Reads an answer: the output of the operation, or a failure, no matter which server answered.
//
// REST-JSON errors carry their name in `X-Amzn-ErrorType` or, from some front ends, in the body as `__type` or `code`.
// https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization
import { createReader, describeFaults, errorName } from '@chatpush/wire';
import type { StructureShape } from '@chatpush/wire';
import { lowerFirst } from './casing.ts';
import type { Failure } from './failure.ts';
import { isRetryable } from './retryable.ts';

export interface Answer {
  readonly status: number;
  /** Looks a header up by its lower-case name; null when it is absent. */
  readonly headers: { get(name: string): string | null };
  readonly text: string;
}

export type ReadAnswer = (answer: Answer) => { readonly output: unknown } | { readonly failure: Failure };

/** Reads the answers of one operation. Unknown members are ignored; a missing or mistyped one is a failure. */
export function createReadAnswer(output: StructureShape): ReadAnswer {
  const read = createReader(output, { to: lowerFirst, limits: false });
  const isEmpty = Object.keys(output.members).length === 0;
  return (answer) => {
    if (answer.status < 200 || answer.status > 299) return { failure: readFailure(answer) };
    const body = isEmpty ? {} : parseObject(answer.text);
    if (body === undefined) return { failure: unexpected(answer, summary(answer)) };
    const { value, faults } = read(body);
    if (faults.length > 0)
      return { failure: unexpected(answer, `${answer.status}, ${describeFaults(faults)}`) };
    return { output: value };
  };
}

function readFailure(answer: Answer): Failure {
  const { status, headers } = answer;
  const body = parseObject(answer.text);
  const type = headers.get('x-amzn-errortype') ?? text(body?.['__type']) ?? text(body?.['code']);
  const name = type === undefined ? '' : errorName(type);
  if (name === '') return unexpected(answer, summary(answer));
  const message = text(body?.['Message']) ?? text(body?.['message']) ?? `${name} (status ${status})`;
  return {
    ...about(answer),
    name,
    message,
    fault: status >= 500 ? 'server' : 'client',
    retryable: isRetryable(status, name),
  };
}

/** Probably the answer of a proxy, a login page or another server at this address, not of the service. */
const unexpected = (answer: Answer, message: string): Failure => ({
  ...about(answer),
  name: 'UnexpectedAnswerError',
  message,
  fault: answer.status >= 400 && answer.status < 500 ? 'client' : 'server',
  retryable: isRetryable(answer.status),
});

function about({ status, headers }: Answer) {
  const date = Date.parse(headers.get('date') ?? '');
  return {
    status,
    requestId:
      headers.get('x-amzn-requestid') ??
      headers.get('x-amzn-request-id') ??
      headers.get('x-amz-request-id') ??
      undefined,
    serviceTimeMs: Number.isNaN(date) ? undefined : date,
    retryAfterSeconds:
      amzRetryAfterSeconds(headers.get('x-amz-retry-after')) ??
      retryAfterSeconds(headers.get('retry-after'), Number.isNaN(date) ? undefined : date),
  };
}

/** Milliseconds: Amazon's own header, more exact than the other. */
const amzRetryAfterSeconds = (value: string | null): number | undefined =>
  value !== null && /^\s*\d{1,9}\s*$/.test(value) ? Number(value) / 1000 : undefined;

/**
 * RFC 9110 §10.2.3: seconds, or a date. A date is read by the sender's clock if the answer has a `Date` header.
 */
export function retryAfterSeconds(value: string | null, serviceTimeMs = Date.now()): number | undefined {
  if (value === null) return undefined;
  if (/^\s*\d{1,9}\s*$/.test(value)) return Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - serviceTimeMs) / 1000);
}

/** Longer bodies are cut here: with many unclosed `<style` tags, the expression below takes time quadratic in the length. */
const MOST_SUMMARISED = 4_096;

/** `502 with text/html: Bad Gateway nginx`: enough to recognise who answered. */
function summary({ status, headers, text }: Answer): string {
  const location = headers.get('location');
  if (location !== null && status >= 300 && status < 400) return `${status} to ${location}`;
  const words = text
    .slice(0, MOST_SUMMARISED)
    .replace(/<(style|script|title)\b.*?<\/\1>|<[^>]*>/gis, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  if (words === '') return `${status} with ${text.trim() === '' ? 'an empty body' : 'a body without words'}`;
  const type = headers.get('content-type')?.split(';', 1)[0]?.trim() ?? 'a body of unknown type';
  const isLong = words.length > 200;
  return `${status} with ${type}: ${isLong ? `${words.slice(0, 199)}…` : words}`;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined; // `JSON.parse` throws only SyntaxError; the caller reports what came instead.
  }
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
