// The header `traceparent`: W3C Trace Context (https://www.w3.org/TR/trace-context/#traceparent-header).
import type { SpanContext } from '@opentelemetry/api';

/** Version 00, or a later one, of which only this part is understood; `ff` is not a version. */
const TRACEPARENT = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(?:-.*)?$/;
const SAMPLED = 1;

/** Undefined: the header is absent or invalid, and a new trace begins (§3.2.1). */
export function parseTraceparent(text: string | undefined): SpanContext | undefined {
  const match = text === undefined ? null : TRACEPARENT.exec(text);
  if (match === null || (text!.startsWith('00') && text!.length !== 55)) return undefined;
  const [, traceId = '', spanId = '', flags = ''] = match;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & SAMPLED, isRemote: true };
}

export const formatTraceparent = ({ traceId, spanId, traceFlags }: SpanContext): string =>
  `00-${traceId}-${spanId}-0${traceFlags & SAMPLED}`;
