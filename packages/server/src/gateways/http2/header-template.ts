// The header block of a request, encoded except for the values that differ between pushes (RFC 7541 §6.2): a
// credential uses one template for as long as its token lasts. Literals are not indexed, because Apple keeps a
// small table and a push repeats little; `authorization` is never indexed, so that no intermediary stores it
// (§7.1.3).
import { authority } from '../../addresses/base-url.ts';
import { STATIC_TABLE } from './static-table.ts';

/** A placeholder for a value that each request supplies. */
export const VARIES = Symbol('varies');

export type TemplateField = readonly [name: string, value: string | typeof VARIES];

/** Maximum size of a value's length prefix (§5.1). */
const LENGTH_BYTES = 5;

export class HeaderTemplate {
  /** `#pieces[n]` comes before the n-th value, and the last one after the last value. */
  readonly #pieces: readonly Buffer[];
  readonly #fixedBytes: number;

  /**
   * Fields in this order, pseudo-header fields first (RFC 9113 §8.3). Values are Latin-1 without control
   * characters.
   */
  constructor(fields: readonly TemplateField[]) {
    const pieces: Buffer[] = [];
    let piece: Buffer[] = [];
    for (const [name, value] of fields) {
      const whole = STATIC_TABLE.findIndex((entry) => entry[0] === name && entry[1] === value) + 1;
      if (whole > 0) {
        piece.push(integer(0x80, 7, whole));
        continue;
      }
      piece.push(literalName(name));
      if (value !== VARIES) {
        piece.push(integer(0, 7, value.length), Buffer.from(value, 'latin1'));
        continue;
      }
      pieces.push(Buffer.concat(piece));
      piece = [];
    }
    this.#pieces = [...pieces, Buffer.concat(piece)];
    this.#fixedBytes = this.#pieces.reduce((sum, { length }) => sum + length, 0);
  }

  /** The maximum number of bytes written for these values. */
  bound(values: readonly string[]): number {
    let bytes = this.#fixedBytes;
    for (const value of values) bytes += LENGTH_BYTES + value.length;
    return bytes;
  }

  /** Writes the block and returns where it ends. Takes one value per placeholder. */
  write(target: Buffer, at: number, values: readonly string[]): number {
    for (let n = 0; n < this.#pieces.length; n++) {
      const piece = this.#pieces[n]!;
      target.set(piece, at);
      at += piece.length;
      const value = values[n];
      if (value === undefined) continue;
      at = writeInteger(target, at, 0, 7, value.length);
      at += target.write(value, at, 'latin1');
    }
    return at;
  }
}

/** The pseudo-header fields of a push (RFC 9113 §8.3.1). */
export function requestFields(
  { host, port }: { readonly host: string; readonly port: number },
  path: string | typeof VARIES,
): TemplateField[] {
  return [
    [':method', 'POST'],
    [':scheme', 'https'],
    [':authority', new URL(`https://${authority(host, port)}`).host],
    [':path', path],
  ];
}

/** A template for the current token, rebuilt when it changes. */
export function templateByToken<T extends string | undefined>(
  fieldsFor: (token: T) => readonly TemplateField[],
): (token: T) => HeaderTemplate {
  let made: { readonly token: T; readonly template: HeaderTemplate } | undefined;
  return (token) => {
    if (made === undefined || made.token !== token)
      made = { token, template: new HeaderTemplate(fieldsFor(token)) };
    return made.template;
  };
}

function literalName(name: string): Buffer {
  const form = name === 'authorization' ? 0x10 : 0x00;
  const index = STATIC_TABLE.findIndex((entry) => entry[0] === name) + 1;
  if (index > 0) return integer(form, 4, index);
  return Buffer.concat([integer(form, 4, 0), integer(0, 7, name.length), Buffer.from(name, 'latin1')]);
}

function integer(form: number, prefixBits: number, value: number): Buffer {
  const bytes = Buffer.alloc(1 + LENGTH_BYTES);
  return bytes.subarray(0, writeInteger(bytes, 0, form, prefixBits, value));
}

/** §5.1, after the bits of `form`; returns where it ends. */
function writeInteger(target: Buffer, at: number, form: number, prefixBits: number, value: number): number {
  const most = (1 << prefixBits) - 1;
  if (value < most) {
    target[at++] = form | value;
    return at;
  }
  target[at++] = form | most;
  let rest = value - most;
  for (; rest >= 0x80; rest >>>= 7) target[at++] = 0x80 | (rest & 0x7f);
  target[at++] = rest;
  return at;
}
