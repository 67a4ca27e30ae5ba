// Checks a value against a shape and names every fault at once, in the words Smithy's servers use, so that a message
// read in a log is found by the same search as one from AWS.
//
// A shape is compiled once into closures (no `eval`): about 0.8 µs for a 1 KB input, against 6 µs for a general
// validator. `null` is absent, members nobody knows are ignored (newer SDKs send them), lengths are code points.
import type { IntegerShape, ListShape, MapShape, Shape, StringShape, StructureShape } from './shape.ts';

export interface Fault {
  /** JSON pointer from the input, such as `/ContactConfiguration/ContactId`. */
  readonly path: string;
  /** The whole sentence. */
  readonly message: string;
}

export type Validate = (value: unknown) => Fault[];

type Check = (value: unknown, path: string, faults: Fault[]) => void;

const fail = (faults: Fault[], path: string, constraint: string, value = 'Value'): void => {
  faults.push({ path, message: `${value} at '${path}' failed to satisfy constraint: ${constraint}` });
};

/** How many code points; the length in UTF-16 units is an upper bound, so most texts need no walk. */
export function codePoints(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length - 1; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit <= 0xdbff) {
      const low = text.charCodeAt(i + 1);
      if (low >= 0xdc00 && low <= 0xdfff) {
        count--;
        i++;
      }
    }
  }
  return count;
}

/** Length in UTF-8 bytes; a lone surrogate counts as U+FFFD, which is what goes over the wire. */
export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (unit >= 0xd800 && unit <= 0xdbff && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      bytes += 4;
      i++;
    } else bytes += 3;
  }
  return bytes;
}

const bounds = (what: string, min: number | undefined, max: number | undefined): string =>
  min !== undefined && max !== undefined
    ? `${what} between ${min} and ${max}, inclusive`
    : min !== undefined
      ? `${what} greater than or equal to ${min}`
      : `${what} less than or equal to ${max}`;

const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** `Date.parse` takes 30 February and means 2 March. */
function isInstant(text: string): boolean {
  if (!DATE_TIME.test(text) || Number.isNaN(Date.parse(text))) return false;
  const day = text.slice(0, 10);
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}

function stringCheck(shape: StringShape): Check {
  const { min, max, maxBytes, values, format } = shape;
  const known = values && new Set<string>(values);
  const maxUnits = max ?? Infinity;
  return (value, path, faults) => {
    if (typeof value !== 'string') return fail(faults, path, 'Member must be a string');
    if (known && !known.has(value))
      return fail(faults, path, `Member must satisfy enum value set: [${[...known].join(', ')}]`);
    // Only a text that is too long in UTF-16 units can be too long in code points; too short is short in both but for
    // surrogates, and no minimum here is above 1.
    if (
      (min !== undefined && value.length < min) ||
      (value.length > maxUnits && codePoints(value) > maxUnits)
    )
      fail(
        faults,
        path,
        bounds('Member must have length', min, max),
        `Value with length ${codePoints(value)}`,
      );
    if (maxBytes !== undefined && value.length * 3 > maxBytes && utf8Bytes(value) > maxBytes)
      fail(
        faults,
        path,
        `Member must have length less than or equal to ${maxBytes} bytes in UTF-8`,
        `Value with ${utf8Bytes(value)} bytes`,
      );
    if (format === 'date-time' && !isInstant(value))
      fail(
        faults,
        path,
        'Member must be an ISO 8601 date and time with a zone, such as 2026-11-22T19:00:00.000Z',
      );
  };
}

function integerCheck({ min, max }: IntegerShape): Check {
  return (value, path, faults) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value))
      return fail(faults, path, 'Member must be an integer');
    if ((min !== undefined && value < min) || (max !== undefined && value > max))
      fail(faults, path, bounds('Member must be', min, max));
  };
}

function listCheck({ of, min, max }: ListShape): Check {
  const check = compile(of);
  return (value, path, faults) => {
    if (!Array.isArray(value)) return fail(faults, path, 'Member must be a list');
    if ((min !== undefined && value.length < min) || (max !== undefined && value.length > max)) {
      // The elements of an over-long list are not looked at: its faults would be as many as the sender likes.
      fail(faults, path, bounds('Member must have length', min, max), `Value with length ${value.length}`);
      return;
    }
    value.forEach((element: unknown, index) => {
      if (element === null || element === undefined)
        fail(faults, `${path}/${index}`, 'Member must not be null');
      else check(element, `${path}/${index}`, faults);
    });
  };
}

/** How much of a map's key a fault shows, in UTF-16 units. */
const MAX_KEY_IN_PATH = 100;

function mapCheck({ of, maxBytes }: MapShape): Check {
  const check = compile(of);
  return (value, path, faults) => {
    if (!isObject(value)) return fail(faults, path, 'Member must be a map');
    let bytes = 0;
    for (const [key, element] of Object.entries(value)) {
      bytes += utf8Bytes(key) + (typeof element === 'string' ? utf8Bytes(element) : 0);
      // The caller chooses the key, and must not choose the length of the message.
      const place = `${path}/${key.length > MAX_KEY_IN_PATH ? `${key.slice(0, MAX_KEY_IN_PATH)}…` : key}`;
      if (element === null || element === undefined) fail(faults, place, 'Member must not be null');
      else check(element, place, faults);
    }
    if (maxBytes !== undefined && bytes > maxBytes)
      fail(
        faults,
        path,
        `Member must have length less than or equal to ${maxBytes} bytes in UTF-8`,
        `Value with ${bytes} bytes`,
      );
  };
}

function structureCheck({ members }: StructureShape): Check {
  const checks = Object.entries(members).map(
    ([name, shape]) => [name, compile(shape), shape.required === true] as const,
  );
  return (value, path, faults) => {
    if (!isObject(value)) return fail(faults, path === '' ? '/' : path, 'Member must be a structure');
    for (const [name, check, isRequired] of checks) {
      const member = Object.hasOwn(value, name) ? value[name] : undefined;
      if (member !== undefined && member !== null) check(member, `${path}/${name}`, faults);
      else if (isRequired) fail(faults, `${path}/${name}`, 'Member must not be null');
    }
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function compile(shape: Shape): Check {
  switch (shape.kind) {
    case 'string':
      return stringCheck(shape);
    case 'boolean':
      return (value, path, faults) => {
        if (typeof value !== 'boolean') fail(faults, path, 'Member must be a boolean');
      };
    case 'integer':
      return integerCheck(shape);
    case 'list':
      return listCheck(shape);
    case 'map':
      return mapCheck(shape);
    case 'structure':
      return structureCheck(shape);
  }
}

/** Compiles a shape into a function that lists every fault of a value; an empty list says that it fits. */
export function createValidate(shape: Shape): Validate {
  const check = compile(shape);
  return (value) => {
    const faults: Fault[] = [];
    check(value, '', faults);
    return faults;
  };
}

/** Most faults that one message spells out; the rest is counted. A batch of 500 events could otherwise answer in megabytes. */
const MAX_SPELLED = 50;

/** All faults in one message, as the service answers and the client throws them. */
export function describeFaults(faults: readonly Fault[]): string {
  const spelled = faults.slice(0, MAX_SPELLED).map((fault) => fault.message);
  if (faults.length > MAX_SPELLED) spelled.push(`and ${faults.length - MAX_SPELLED} more`);
  return `${faults.length} validation error${faults.length === 1 ? '' : 's'} detected: ${spelled.join('; ')}`;
}
