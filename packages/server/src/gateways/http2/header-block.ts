// An incoming header block: HEADERS, then CONTINUATION until END_HEADERS, and nothing in between (RFC 9113 §4.3,
// §6.2, §6.10).
import { ConnectionError } from './error-codes.ts';
import { FLAG } from './frames.ts';
import { decodeFields, MAX_HEADER_LIST_BYTES, type FieldList } from './hpack.ts';

/** A block within our limits needs fewer fragments; more are a flood (CVE-2024-27316). */
const MAX_FRAGMENTS = 8;

export interface HeaderBlock {
  readonly streamId: number;
  readonly endStream: boolean;
  readonly fields: FieldList;
}

export class HeaderBlockReader {
  #unfinished:
    | { readonly streamId: number; readonly endStream: boolean; fragments: Buffer[]; bytes: number }
    | undefined;

  /** While set, only CONTINUATION on this stream may follow. */
  get awaited(): number | undefined {
    return this.#unfinished?.streamId;
  }

  /** HEADERS, without padding and priority. Undefined: CONTINUATION follows. */
  headers(
    flags: number,
    streamId: number,
    bytes: Buffer,
    start: number,
    end: number,
  ): HeaderBlock | undefined {
    const endStream = (flags & FLAG.END_STREAM) !== 0;
    if ((flags & FLAG.END_HEADERS) !== 0)
      return { streamId, endStream, fields: decodeFields(bytes, start, end) };
    this.#unfinished = { streamId, endStream, fragments: [], bytes: 0 };
    return this.#gather(bytes, start, end);
  }

  continuation(flags: number, bytes: Buffer, start: number, end: number): HeaderBlock | undefined {
    this.#gather(bytes, start, end);
    const { streamId, endStream, fragments } = this.#unfinished!;
    if ((flags & FLAG.END_HEADERS) === 0) return undefined;
    this.#unfinished = undefined;
    const block = Buffer.concat(fragments);
    return { streamId, endStream, fields: decodeFields(block, 0, block.length) };
  }

  #gather(bytes: Buffer, start: number, end: number): undefined {
    const unfinished = this.#unfinished!;
    unfinished.fragments.push(Buffer.from(bytes.subarray(start, end)));
    unfinished.bytes += end - start;
    if (unfinished.bytes > MAX_HEADER_LIST_BYTES || unfinished.fragments.length > MAX_FRAGMENTS)
      throw new ConnectionError('ENHANCE_YOUR_CALM', 'a header block beyond our limits (RFC 9113 §10.5.1)');
  }
}
