// Header blocks → lists of fields (RFC 7541), with a dynamic table of size 0. We announce that before the first
// request, so a peer can use only the static table and literals, and a block does not depend on earlier ones.
import { ConnectionError } from './error-codes.ts';
import { decodeHuffman } from './huffman.ts';
import { STATIC_TABLE } from './static-table.ts';

/** Names and values, alternating. */
export type FieldList = readonly string[];

/** Of the list; each field counts 32 bytes more than its text (RFC 9113 §6.5.2). Announced in our SETTINGS. */
export const MAX_HEADER_LIST_BYTES = 16_384;

/** Reads one header block; throws a ConnectionError for an invalid one. */
export function decodeFields(block: Uint8Array, start: number, end: number): FieldList {
  const reader = new BlockReader(block, start, end);
  const fields: string[] = [];
  let listBytes = 0;
  while (!reader.done) {
    const byte = reader.peek();
    if (byte >= 0x80) {
      // §6.1: name and value from the static table.
      const entry = staticEntry(reader.integer(7));
      fields.push(entry[0], entry[1]);
    } else if (byte >= 0x20 && byte < 0x40) {
      // §6.3: a new size of the dynamic table, at most the one we announced, and before the first field (§4.2).
      if (reader.integer(5) > 0 || fields.length > 0)
        throw new ConnectionError(
          'COMPRESSION_ERROR',
          'the dynamic table is resized above 0 or between fields',
        );
      continue;
    } else {
      // §6.2: a literal with indexing (which a table of size 0 drops at once), without indexing, or never indexed.
      const name = reader.integer(byte >= 0x40 ? 6 : 4);
      fields.push(name === 0 ? reader.string() : staticEntry(name)[0], reader.string());
    }
    listBytes += fields[fields.length - 2]!.length + fields[fields.length - 1]!.length + 32;
    if (listBytes > MAX_HEADER_LIST_BYTES)
      throw new ConnectionError('ENHANCE_YOUR_CALM', `a header list of over ${MAX_HEADER_LIST_BYTES} bytes`);
  }
  return fields;
}

function staticEntry(index: number): readonly [name: string, value: string] {
  const entry = STATIC_TABLE[index - 1];
  if (entry === undefined)
    throw new ConnectionError('COMPRESSION_ERROR', `no table has index ${index} (RFC 7541 §2.3.3)`);
  return entry;
}

class BlockReader {
  readonly #block: Buffer;
  readonly #end: number;
  #at: number;

  constructor(block: Uint8Array, start: number, end: number) {
    this.#block = block as Buffer;
    this.#at = start;
    this.#end = end;
  }

  get done(): boolean {
    return this.#at >= this.#end;
  }

  peek(): number {
    if (this.#at >= this.#end)
      throw new ConnectionError('COMPRESSION_ERROR', 'a header block ends inside a field');
    return this.#block[this.#at]!;
  }

  /** §5.1, with a prefix of this many bits. */
  integer(prefixBits: number): number {
    const most = (1 << prefixBits) - 1;
    let value = this.peek() & most;
    this.#at++;
    if (value < most) return value;
    for (let shift = 0; ; shift += 7) {
      const byte = this.peek();
      this.#at++;
      // Four bytes make 28 bits: more than any length or index within our limits.
      if (shift > 21)
        throw new ConnectionError('COMPRESSION_ERROR', 'an integer of over 28 bits (RFC 7541 §5.1)');
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  /** §5.2. */
  string(): string {
    const huffman = this.peek() >= 0x80;
    const length = this.integer(7);
    const from = this.#at;
    if (length > this.#end - from)
      throw new ConnectionError('COMPRESSION_ERROR', `a header string of ${length} bytes ends too early`);
    this.#at = from + length;
    return huffman
      ? decodeHuffman(this.#block, from, this.#at)
      : this.#block.toString('latin1', from, this.#at);
  }
}
