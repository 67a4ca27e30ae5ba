// What the bytes of a JSON body show before it is parsed: whether it is too deep or has too many values, and where a long one can
// be divided.
import { ServiceError } from '../service-error.ts';

/** The deepest input of ours has five levels; unknown members may add a few. */
const MAX_DEPTH = 64;
/**
 * The largest input has 500 events of ten members. 3,000,000 empty objects, which fit into its body, took half a
 * second to parse.
 */
const MAX_VALUES = 50_000;

/** An array in the outermost object, as the offsets of its brackets and of the commas between its elements. */
export interface MemberArray {
  /** Where its member begins: after the comma before it, or after the brace. */
  readonly member: number;
  readonly open: number;
  close: number;
  readonly commas: number[];
}

/** What has been found so far. */
export interface Structure {
  at: number;
  depth: number;
  values: number;
  inString: boolean;
  /** Members of the outermost object, and where the last one begins. */
  members: number;
  member: number;
  /** The array that the examined place is in. */
  array: MemberArray | undefined;
  readonly arrays: MemberArray[];
}

export const newStructure = (): Structure => ({
  at: 0,
  depth: 0,
  values: 1,
  inString: false,
  members: 1,
  member: 0,
  array: undefined,
  arrays: [],
});

/**
 * Examines the body further, up to a place, and throws InvalidParameterException once it goes beyond a limit: depth by brackets,
 * values by commas, outside of strings. In UTF-8 no byte of a longer character looks like one of these. The form of the loop
 * matters: in one that compares each byte with all of them, and keeps its state in a closure, a byte takes 6 ns instead of 2.
 */
export function examine(body: Buffer, structure: Structure, until: number): void {
  const end = Math.min(until, body.length);
  let { at, depth, values, inString } = structure;
  while (at < end) {
    if (inString) {
      for (; at < end; at++) {
        const byte = body[at];
        if (byte === BACKSLASH) at++;
        else if (byte === QUOTE) break;
      }
      if (at >= end) break;
      inString = false;
      at++;
      continue;
    }
    const byte = body[at++]!;
    if (MEANS_SOMETHING[byte] === 0) continue;
    if (byte === QUOTE) inString = true;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (++depth > MAX_DEPTH) throw refused(`The request body is nested deeper than ${MAX_DEPTH} levels.`);
      if (depth <= 2) opened(structure, byte, depth, at - 1);
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (depth-- === 2) closed(structure, at - 1);
    } else {
      if (++values > MAX_VALUES) throw refused(`The request body has more than ${MAX_VALUES} values.`);
      if (depth === 1) {
        structure.members++;
        structure.member = at;
      } else if (depth === 2) structure.array?.commas.push(at - 1);
    }
  }
  Object.assign(structure, { at, depth, values, inString });
}

function opened(structure: Structure, byte: number, depth: number, at: number): void {
  if (depth === 1) structure.member = at + 1;
  else if (byte === OPEN_BRACKET)
    structure.array = { member: structure.member, open: at, close: at, commas: [] };
}

/** Whether by the right bracket shows when the rest is parsed. */
function closed(structure: Structure, at: number): void {
  const { array } = structure;
  structure.array = undefined;
  if (array === undefined) return;
  array.close = at;
  structure.arrays.push(array);
}

export const refused = (message: string, cause?: unknown) =>
  new ServiceError('InvalidParameterException', message, { cause });

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** By byte, outside of strings. */
const MEANS_SOMETHING = new Uint8Array(256);
for (const byte of [QUOTE, COMMA, OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE])
  MEANS_SOMETHING[byte] = 1;
