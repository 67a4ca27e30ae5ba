// Reads a value by its shape in one pass: keeps the declared members, renamed as the reader wants, and finds every fault at
// once. Messages have the wording of Smithy's servers, so that a search for one also finds what is written about AWS's.
//
// A shape is compiled once into closures (no `eval`). `null` is absent, unknown members are dropped (newer SDKs send them),
// lengths are code points.
import { codePoints, fitsBytes, utf8Bytes } from './length.ts';
import type {
  IntegerShape,
  ListShape,
  MapShape,
  Shape,
  StringShape,
  StructureShape,
  UnsupportedShape,
} from './shape.ts';

export interface Fault {
  /** JSON pointer into the value, with the names that were given, such as `/ContactConfiguration/ContactId`. */
  readonly path: string;
  /** The whole sentence. */
  readonly message: string;
}

export interface Reading {
  /** The declared members of the input, and no others. Do not use it if there are faults. */
  readonly value: unknown;
  readonly faults: readonly Fault[];
}

export type Read = (given: unknown) => Reading;

export interface ReadOptions {
  /** The name of a member in the input. Default: the declared name. Map keys are data and stay as they are. */
  readonly from?: (name: string) => string;
  /** The name of a member in the result. Default: the declared name. */
  readonly to?: (name: string) => string;
  /** `false`: check presence and types only, so that a newer service with longer texts and new values breaks no older client. */
  readonly limits?: boolean;
}

export function createReader(shape: Shape, options: ReadOptions = {}): Read {
  const same = (name: string): string => name;
  const step = compile(shape, { from: same, to: same, limits: true, ...options });
  return (given) => {
    const misfits: Misfit[] = [];
    return { value: step(given, misfits), faults: misfits.map(toFault) };
  };
}

/** The number of faults a message spells out; it counts the rest. Otherwise the answer to 500 events could be megabytes long. */
const MAX_SPELLED = 50;

/** All faults in one message, as the service answers and the client throws them. */
export function describeFaults(faults: readonly Fault[]): string {
  const spelled = faults.slice(0, MAX_SPELLED).map((fault) => fault.message);
  if (faults.length > MAX_SPELLED) spelled.push(`and ${faults.length - MAX_SPELLED} more`);
  return `${faults.length} validation error${faults.length === 1 ? '' : 's'} detected: ${spelled.join('; ')}`;
}

/** A fault on its way up: its path begins at the value that is being read. */
interface Misfit {
  path: string;
  readonly value: string;
  readonly constraint: string;
}

const toFault = ({ path, value, constraint }: Misfit): Fault => {
  const place = path || '/';
  return {
    path: place,
    message: `${value} at '${place}' failed to satisfy constraint: Member must ${constraint}`,
  };
};

/** Returns the value to keep; if it has found a fault, the value is meaningless. */
type Step = (given: unknown, misfits: Misfit[]) => unknown;

/**
 * Reads a member or an element. Its name is added to the paths of its faults afterwards: a path for each value that has none
 * would take more memory than the values.
 */
function readAt(name: string | number, step: Step, given: unknown, misfits: Misfit[]): unknown {
  const before = misfits.length;
  const value = step(given, misfits);
  for (let at = before; at < misfits.length; at++) misfits[at]!.path = `/${name}${misfits[at]!.path}`;
  return value;
}

function compile(shape: Shape, options: Required<ReadOptions>): Step {
  switch (shape.kind) {
    case 'string':
      return stringStep(options.limits ? shape : {});
    case 'boolean':
      return (given, misfits) => (typeof given === 'boolean' ? given : misfit(misfits, 'be a boolean'));
    case 'integer':
      return integerStep(options.limits ? shape : {});
    case 'list':
      return listStep(compile(shape.of, options), options.limits ? shape : {});
    case 'map':
      return mapStep(compile(shape.of, options), options.limits ? shape : {});
    case 'structure':
      return structureStep(shape, options);
    case 'unsupported':
      return unsupportedStep(shape);
  }
}

function misfit(misfits: Misfit[], constraint: string, value = 'Value'): void {
  misfits.push({ path: '', value, constraint });
}

const absent: Step = (_given, misfits) => misfit(misfits, 'not be null');

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

const between = ({ min, max }: Bounds): string =>
  min !== undefined && max !== undefined
    ? `between ${min} and ${max}, inclusive`
    : min !== undefined
      ? `greater than or equal to ${min}`
      : `less than or equal to ${max}`;

const isOutside = (size: number, { min, max }: Bounds): boolean =>
  (min !== undefined && size < min) || (max !== undefined && size > max);

function misfitLength(misfits: Misfit[], length: number, bounds: Bounds): void {
  misfit(misfits, `have length ${between(bounds)}`, `Value with length ${length}`);
}

function misfitBytes(misfits: Misfit[], bytes: number, max: number): void {
  misfit(misfits, `have length ${between({ max })} bytes in UTF-8`, `Value with ${bytes} bytes`);
}

type Limits<S> = Omit<S, 'kind'>;

function unsupportedStep({ why, except }: UnsupportedShape): Step {
  return (given, misfits) =>
    except.some((value) => value === given) ? given : misfit(misfits, `be absent: ${why}`);
}

function stringStep(limits: Limits<StringShape>): Step {
  const { maxBytes = Infinity, values, format } = limits;
  const known = values && new Set<string>(values);
  return (given, misfits) => {
    if (typeof given !== 'string') return misfit(misfits, 'be a string');
    if (known && !known.has(given))
      return misfit(misfits, `satisfy enum value set: [${[...known].join(', ')}]`);
    // Only a text that is too long in UTF-16 units can be too long in code points; the two counts differ only for
    // surrogate pairs, and no minimum is above 1.
    if (isOutside(given.length, limits)) {
      const length = codePoints(given);
      if (isOutside(length, limits)) misfitLength(misfits, length, limits);
    }
    if (!fitsBytes(given, maxBytes)) misfitBytes(misfits, utf8Bytes(given), maxBytes);
    if (format === 'date-time' && !isInstant(given))
      misfit(misfits, 'be an ISO 8601 date and time with a zone, such as 2026-11-22T19:00:00.000Z');
    return given;
  };
}

const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** `Date.parse` reads 30 February as 2 March. */
function isInstant(text: string): boolean {
  if (!DATE_TIME.test(text) || Number.isNaN(Date.parse(text))) return false;
  const day = text.slice(0, 10);
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}

function integerStep(limits: Limits<IntegerShape>): Step {
  return (given, misfits) => {
    if (typeof given !== 'number' || !Number.isSafeInteger(given)) return misfit(misfits, 'be an integer');
    if (isOutside(given, limits)) misfit(misfits, `be ${between(limits)}`);
    return given;
  };
}

function listStep(element: Step, limits: Omit<Limits<ListShape>, 'of'>): Step {
  return (given, misfits) => {
    if (!Array.isArray(given)) return misfit(misfits, 'be a list');
    // The elements of a list that is too long are not checked: the sender could cause any number of faults.
    if (isOutside(given.length, limits)) return misfitLength(misfits, given.length, limits);
    return given.map((one: unknown, index) =>
      readAt(index, one === null || one === undefined ? absent : element, one, misfits),
    );
  };
}

/** How much of a map's key a fault shows, in UTF-16 units. */
const MAX_KEY_IN_PATH = 100;

function mapStep(element: Step, { maxBytes = Infinity }: Omit<Limits<MapShape>, 'of'>): Step {
  return (given, misfits) => {
    if (!isObject(given)) return misfit(misfits, 'be a map');
    let bytes = 0;
    const kept = Object.entries(given).map(([key, one]) => {
      bytes += utf8Bytes(key) + (typeof one === 'string' ? utf8Bytes(one) : 0);
      // The caller chooses the key, but must not determine the length of the message.
      const name = key.length > MAX_KEY_IN_PATH ? `${key.slice(0, MAX_KEY_IN_PATH)}…` : key;
      return [key, readAt(name, one === null || one === undefined ? absent : element, one, misfits)] as const;
    });
    if (bytes > maxBytes) misfitBytes(misfits, bytes, maxBytes);
    return Object.fromEntries(kept);
  };
}

function structureStep({ members }: StructureShape, options: Required<ReadOptions>): Step {
  const parts = Object.entries(members).map(([name, shape]) => ({
    from: options.from(name),
    to: options.to(name),
    step: compile(shape, options),
    isRequired: shape.required === true,
  }));
  return (given, misfits) => {
    if (!isObject(given)) return misfit(misfits, 'be a structure');
    const kept: Record<string, unknown> = {};
    for (const { from, to, step, isRequired } of parts) {
      const one = Object.hasOwn(given, from) ? given[from] : undefined;
      if (one !== undefined && one !== null) kept[to] = readAt(from, step, one, misfits);
      else if (isRequired) readAt(from, absent, one, misfits);
    }
    return kept;
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
