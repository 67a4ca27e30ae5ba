// Reads header blocks (RFC 7541) for the one field that a sink needs: apns-id, which APNs returns with every answer. The dynamic
// table follows the RFC, because senders use it; values of other fields are skipped.
import { decodeHuffman, encodeHuffman } from './huffman.ts';

/** Appendix A. Values do not matter here. */
const STATIC_NAMES =
  ':authority :method :method :path :path :scheme :scheme :status :status :status :status :status :status :status accept-charset accept-encoding accept-language accept-ranges accept access-control-allow-origin age allow authorization cache-control content-disposition content-encoding content-language content-length content-location content-range content-type cookie date etag expect expires from host if-match if-modified-since if-none-match if-range if-unmodified-since last-modified link location max-forwards proxy-authenticate proxy-authorization range referer refresh retry-after server set-cookie strict-transport-security transfer-encoding user-agent vary via www-authenticate'.split(
    ' ',
  );

interface Entry {
  readonly isId: boolean;
  readonly nameLength: number;
  /** Kept for apns-id only. */
  readonly value: Buffer | undefined;
  /** RFC 7541 §4.1. */
  readonly size: number;
}

const STATIC: readonly Entry[] = STATIC_NAMES.map(({ length }) => ({
  isId: false,
  nameLength: length,
  value: undefined,
  size: 0,
}));

const ID = Buffer.from('apns-id');
const ID_HUFFMAN = encodeHuffman('apns-id');

export class HeaderDecoder {
  readonly #tableSize: number;
  /** Oldest first; entries before `#first` are evicted. */
  #table: Entry[] = [];
  #first = 0;
  #size = 0;
  #limit: number;
  /** The read position in the block. */
  #at = 0;
  readonly #scratch = Buffer.alloc(65_536);

  constructor(tableSize: number) {
    this.#tableSize = tableSize;
    this.#limit = tableSize;
  }

  /** The value of apns-id in this block, if present. Throws if the block is invalid. */
  apnsId(block: Buffer): Buffer | undefined {
    let found: Buffer | undefined;
    this.#at = 0;
    while (this.#at < block.length) {
      const first = block[this.#at]!;
      if (first >= 0x80) {
        // Indexed field (§6.1).
        const { isId, value } = this.#entry(this.#integer(block, 7));
        if (isId) found = value;
      } else if (first >= 0x40) {
        // Literal with incremental indexing (§6.2.1).
        const field = this.#literal(block, 6, true);
        this.#add(field);
        if (field.isId) found = field.value;
      } else if (first >= 0x20) {
        // Dynamic table size update (§6.3).
        this.#limit = this.#integer(block, 5);
        if (this.#limit > this.#tableSize) throw new Error(`table size ${this.#limit} was not allowed`);
        this.#evict(0);
      } else {
        // Literal without indexing, or never indexed (§6.2.2, §6.2.3).
        const field = this.#literal(block, 4, false);
        if (field.isId) found = field.value;
      }
    }
    return found;
  }

  #literal(block: Buffer, prefix: number, kept: boolean): Entry {
    const index = this.#integer(block, prefix);
    let isId: boolean;
    let nameLength: number;
    if (index > 0) ({ isId, nameLength } = this.#entry(index));
    else {
      const { start, end, huffman } = this.#string(block);
      isId = (huffman ? ID_HUFFMAN : ID).equals(block.subarray(start, end));
      nameLength = kept && huffman ? decodeHuffman(block, start, end, this.#scratch) : end - start;
    }
    const { start, end, huffman } = this.#string(block);
    if (!isId && !kept) return { isId, nameLength, value: undefined, size: 0 };
    const length = huffman ? decodeHuffman(block, start, end, this.#scratch) : end - start;
    const value = isId
      ? Buffer.from(huffman ? this.#scratch.subarray(0, length) : block.subarray(start, end))
      : undefined;
    return { isId, nameLength, value, size: nameLength + length + 32 };
  }

  #entry(index: number): Entry {
    const entry =
      index <= STATIC.length ? STATIC[index - 1] : this.#table[this.#table.length - (index - STATIC.length)];
    if (entry === undefined || this.#table.length - (index - STATIC.length) < this.#first)
      throw new Error(`no field at index ${index}`);
    return entry;
  }

  #add(entry: Entry): void {
    this.#evict(entry.size);
    if (entry.size > this.#limit) return; // §4.4: an entry that is too large empties the table and is not an error
    this.#table.push(entry);
    this.#size += entry.size;
    if (this.#first < 1_000) return;
    this.#table = this.#table.slice(this.#first);
    this.#first = 0;
  }

  /** Evicts entries to make room (§4.3, §4.4). */
  #evict(room: number): void {
    while (this.#first < this.#table.length && this.#size + room > this.#limit)
      this.#size -= this.#table[this.#first++]!.size;
  }

  /** §5.1. */
  #integer(block: Buffer, prefix: number): number {
    const most = (1 << prefix) - 1;
    let value = byteAt(block, this.#at++) & most;
    if (value < most) return value;
    for (let shift = 0; shift <= 21; shift += 7) {
      const byte = byteAt(block, this.#at++);
      value += (byte & 127) << shift;
      if (byte < 128) return value;
    }
    throw new Error('an integer is too long');
  }

  /** §5.2: the position of a string. */
  #string(block: Buffer): { start: number; end: number; huffman: boolean } {
    const huffman = byteAt(block, this.#at) >= 0x80;
    const length = this.#integer(block, 7);
    const start = this.#at;
    this.#at += length;
    if (this.#at > block.length) throw new Error('a header block ends within a string');
    return { start, end: this.#at, huffman };
  }
}

function byteAt(block: Buffer, at: number): number {
  const byte = block[at];
  if (byte === undefined) throw new Error('a header block ends too early');
  return byte;
}
