// A list of fields → the head of a response (RFC 9113 §8.1.1, §8.2, §8.3).
import type { FieldList } from './hpack.ts';

/** The fields of a response by name; of a name that is there twice, the first value. */
export class Fields {
  readonly #list: FieldList;
  readonly #from: number;

  constructor(list: FieldList, from: number) {
    this.#list = list;
    this.#from = from;
  }

  /** An answer has a few fields, of which one is asked for: a map would cost more than it saves. */
  get(name: string): string | undefined {
    for (let at = this.#from; at < this.#list.length; at += 2)
      if (this.#list[at] === name) return this.#list[at + 1];
    return undefined;
  }

  *[Symbol.iterator](): Generator<[name: string, value: string]> {
    for (let at = this.#from; at < this.#list.length; at += 2) yield [this.#list[at]!, this.#list[at + 1]!];
  }
}

export interface ResponseHead {
  readonly status: number;
  readonly fields: Fields;
}

/** §8.2.1: lower case, visible, no colon. */
const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
/** §8.2.1: no NUL, LF or CR, and no surrounding white space. */
// oxlint-disable-next-line no-control-regex -- these are the forbidden characters
const BAD_VALUE = /[\0\r\n]|^[ \t]|[ \t]$/;
/** §8.2.2: fields of HTTP/1.1 connections. */
const OF_A_CONNECTION = /^(?:connection|proxy-connection|keep-alive|transfer-encoding|upgrade)$/;

/** Undefined: malformed. */
export function responseHead(list: FieldList): ResponseHead | undefined {
  if (list[0] !== ':status' || !/^[1-9]\d\d$/.test(list[1]!) || !areValid(list, 2)) return undefined;
  return { status: Number(list[1]), fields: new Fields(list, 2) };
}

/** Of trailers, or of the fields after `:status`: well-formed, and no pseudo-header field. */
export function areValid(list: FieldList, from: number): boolean {
  for (let at = from; at < list.length; at += 2) {
    const name = list[at]!;
    if (!NAME.test(name) || BAD_VALUE.test(list[at + 1]!) || OF_A_CONNECTION.test(name)) return false;
  }
  return true;
}
