// A list of fields → the head of a response (RFC 9113 §8.1.1, §8.2, §8.3).
import type { FieldList } from './hpack.ts';

export interface ResponseHead {
  readonly status: number;
  /** The first value of each name. */
  readonly fields: ReadonlyMap<string, string>;
}

/** §8.2.1: lower case, visible, no colon. */
const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
/** §8.2.1: no NUL, LF or CR, and no surrounding white space. */
// oxlint-disable-next-line no-control-regex -- these are the forbidden characters
const BAD_VALUE = /[\0\r\n]|^[ \t]|[ \t]$/;
/** §8.2.2: fields of HTTP/1.1 connections. */
const OF_A_CONNECTION = new Set([
  'connection',
  'proxy-connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);

/** Undefined: malformed. */
export function responseHead(list: FieldList): ResponseHead | undefined {
  if (list[0] !== ':status' || !/^[1-9]\d\d$/.test(list[1]!)) return undefined;
  const fields = fieldMap(list, 2);
  return fields && { status: Number(list[1]), fields };
}

/** Trailers, or the fields after `:status`: no pseudo-header field. Undefined: malformed. */
export function fieldMap(list: FieldList, from: number): Map<string, string> | undefined {
  const fields = new Map<string, string>();
  for (let n = from; n < list.length; n += 2) {
    const name = list[n]!;
    const value = list[n + 1]!;
    if (!NAME.test(name) || BAD_VALUE.test(value) || OF_A_CONNECTION.has(name)) return undefined;
    if (!fields.has(name)) fields.set(name, value);
  }
  return fields;
}
