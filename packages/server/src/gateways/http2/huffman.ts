// The Huffman code of header strings (RFC 7541 §5.2, appendix B), decoded four bits at a time.
import { ConnectionError } from './error-codes.ts';

/** Bits per symbol; the last symbol is EOS. The code is canonical, so the lengths define it completely. */
const LENGTHS = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28,
  28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7,
  8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19,
  13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13,
  28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21,
  22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23,
  22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
  19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25,
  25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
];
const EOS = 256;

/** A step: the next state, the completed symbol (if any), and whether the step is invalid. */
const SYMBOL = 1 << 9;
const FORBIDDEN = 1 << 10;

/**
 * States are the 256 inner nodes of the code's tree; `STEPS[state * 16 + bits]` is the state after four bits. At
 * most one symbol ends within four bits, because the shortest has five.
 */
const { STEPS, MAY_END } = build();

function build(): { STEPS: Int32Array; MAY_END: Uint8Array } {
  // Children of inner nodes: another inner node, or the complement of a symbol.
  const children: [number | undefined, number | undefined][] = [[undefined, undefined]];
  const symbols = LENGTHS.map((_, symbol) => symbol).sort((a, b) => LENGTHS[a]! - LENGTHS[b]! || a - b);
  let code = 0;
  let bits = LENGTHS[symbols[0]!]!;
  for (const symbol of symbols) {
    const length = LENGTHS[symbol]!;
    code <<= length - bits;
    bits = length;
    let node = 0;
    for (let bit = length - 1; bit > 0; bit--) {
      const side = (code >>> bit) & 1;
      children[node]![side] ??= children.push([undefined, undefined]) - 1;
      node = children[node]![side]!;
    }
    children[node]![code & 1] = ~symbol;
    code++;
  }
  const steps = new Int32Array(children.length * 16);
  for (let state = 0; state < children.length; state++) {
    for (let nibble = 0; nibble < 16; nibble++) {
      let node = state;
      let step = 0;
      for (let bit = 3; bit >= 0; bit--) {
        const child = children[node]![(nibble >>> bit) & 1]!;
        if (child < 0) step |= ~child === EOS ? FORBIDDEN : SYMBOL | (~child << 16);
        node = child < 0 ? 0 : child;
      }
      steps[state * 16 + nibble] = step | node;
    }
  }
  // Padding is a prefix of EOS, all ones, and shorter than a byte.
  const mayEnd = new Uint8Array(children.length);
  for (let node = 0, ones = 0; ones < 8; ones++) {
    mayEnd[node] = 1;
    node = children[node]![1]!;
  }
  return { STEPS: steps, MAY_END: mayEnd };
}

let scratch = Buffer.allocUnsafe(1_024);

/** Throws COMPRESSION_ERROR for anything that is not a Huffman-coded string. */
export function decodeHuffman(from: Uint8Array, start: number, end: number): string {
  const most = Math.ceil(((end - start) * 8) / 5);
  if (most > scratch.length) scratch = Buffer.allocUnsafe(most);
  let state = 0;
  let length = 0;
  for (let at = start; at < end; at++) {
    const byte = from[at]!;
    const first = STEPS[state * 16 + (byte >>> 4)]!;
    if ((first & SYMBOL) !== 0) scratch[length++] = first >>> 16;
    const second = STEPS[(first & 0xff) * 16 + (byte & 15)]!;
    if ((second & SYMBOL) !== 0) scratch[length++] = second >>> 16;
    if (((first | second) & FORBIDDEN) !== 0)
      throw new ConnectionError('COMPRESSION_ERROR', 'a header string contains EOS (RFC 7541 §5.2)');
    state = second & 0xff;
  }
  if (MAY_END[state] === 0)
    throw new ConnectionError('COMPRESSION_ERROR', 'a header string ends inside a symbol (RFC 7541 §5.2)');
  return scratch.toString('latin1', 0, length);
}
