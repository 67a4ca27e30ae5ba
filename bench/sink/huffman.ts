// Huffman decoding of header strings (RFC 7541 §5.2, Appendix B), four bits at a time.
//
// The code is canonical: codes of the same length are consecutive in the order of their symbols, so the lengths define it
// completely.

/** Code length of each byte value, then of EOS. */
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

interface Code {
  readonly code: number;
  readonly length: number;
}

const CODES: readonly Code[] = (() => {
  const codes: Code[] = [];
  let code = 0;
  for (let length = 5; length <= 30; length++) {
    for (let symbol = 0; symbol <= EOS; symbol++)
      if (LENGTHS[symbol] === length) codes[symbol] = { code: code++, length };
    code *= 2;
  }
  return codes;
})();

/** For inner node n and four bits b, at 16 n + b: the next node, and above its low 16 bits the symbol that ended, plus one. */
const STEPS = (() => {
  // Two children per inner node: an inner node's number, or a symbol as its complement.
  const tree: [number, number][] = [[0, 0]];
  for (const [symbol, { code, length }] of CODES.entries()) {
    let node = 0;
    for (let bit = length - 1; bit > 0; bit--) {
      const side = ((code >> bit) & 1) as 0 | 1;
      if (tree[node]![side] === 0) tree[node]![side] = tree.push([0, 0]) - 1;
      node = tree[node]![side];
    }
    tree[node]![(code & 1) as 0 | 1] = ~symbol;
  }
  const steps = new Uint32Array(tree.length * 16);
  for (const start of tree.keys())
    for (let bits = 0; bits < 16; bits++) {
      let node = start;
      let ended = 0;
      for (let bit = 3; bit >= 0; bit--) {
        const next = tree[node]![((bits >> bit) & 1) as 0 | 1];
        if (next < 0) ended = ~next + 1; // no code is shorter than five bits: one symbol at most
        node = Math.max(0, next);
      }
      steps[start * 16 + bits] = (ended << 16) | node;
    }
  return steps;
})();

/** Writes the decoded bytes to `target` and returns their number. The padding is not checked. */
export function decodeHuffman(source: Uint8Array, start: number, end: number, target: Uint8Array): number {
  let node = 0;
  let written = 0;
  for (let at = start; at < end; at++) {
    const byte = source[at]!;
    let step = STEPS[node * 16 + (byte >> 4)]!;
    if (step > 0xff_ff) target[written++] = (step >> 16) - 1;
    step = STEPS[(step & 0xff_ff) * 16 + (byte & 15)]!;
    if (step > 0xff_ff) target[written++] = (step >> 16) - 1;
    node = step & 0xff_ff;
  }
  return written;
}

export function encodeHuffman(text: string): Buffer {
  let bits = '';
  for (const byte of Buffer.from(text)) {
    const { code, length } = CODES[byte]!;
    bits += code.toString(2).padStart(length, '0');
  }
  bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1');
  return Buffer.from(bits.match(/.{8}/gu)?.map((byte) => Number.parseInt(byte, 2)) ?? []);
}
