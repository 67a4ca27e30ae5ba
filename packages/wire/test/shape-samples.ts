// Values generated from shapes: a valid sample, arbitrary valid values, and every kind of violation.
import type { MemberShapes, Shape, StructureShape } from '@chatpush/wire';
import fc from 'fast-check';

/** A valid value with every member, as short as allowed. */
export function sample(shape: Shape): unknown {
  switch (shape.kind) {
    case 'string':
      if (shape.format === 'date-time') return '2026-11-22T19:00:00.000Z';
      return shape.values?.[0] ?? 'x'.repeat(shape.min ?? 0);
    case 'boolean':
      return true;
    case 'integer':
      return shape.min ?? 0;
    case 'list':
      return Array.from({ length: Math.max(1, shape.min ?? 0) }, () => sample(shape.of));
    case 'map':
      return { key: sample(shape.of) };
    case 'structure':
      return Object.fromEntries(
        Object.entries(shape.members).map(([name, member]) => [name, sample(member)]),
      );
    case 'unsupported':
      return shape.except[0];
  }
}

/** Well-formed strings from all Unicode planes, within the shape's limits and short enough for a test. */
const text = (min: number, max: number): fc.Arbitrary<string> =>
  fc.string({ unit: 'binary', minLength: min, maxLength: Math.min(max, min + 40) });

/** Any valid value. */
export function fitting(shape: Shape): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'string':
      if (shape.values !== undefined) return fc.constantFrom(...shape.values);
      if (shape.format === 'date-time')
        return fc
          .date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true })
          .map((date) => date.toISOString());
      return text(shape.min ?? 0, shape.max ?? 40);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: shape.min ?? -1_000_000, max: shape.max ?? 1_000_000 });
    case 'list':
      return fc.array(fitting(shape.of), {
        minLength: shape.min ?? 0,
        maxLength: Math.min(shape.max ?? 5, 5),
      });
    case 'map':
      return fc.dictionary(text(0, 10), fitting(shape.of), { maxKeys: 4, noNullPrototype: true });
    case 'structure': {
      const members = Object.entries(shape.members)
        .filter(([, member]) => member.kind !== 'unsupported' || member.except.length > 0)
        .map(([name, member]): [string, fc.Arbitrary<unknown>] => [name, fitting(member)]);
      const requiredKeys = Object.keys(shape.members).filter((name) => isRequired(shape.members, name));
      return fc.record<Record<string, unknown>>(Object.fromEntries(members), {
        requiredKeys,
        noNullPrototype: true,
      });
    }
    case 'unsupported':
      return fc.constantFrom(...shape.except);
  }
}

const isRequired = (members: MemberShapes, name: string): boolean => members[name]!.required === true;

/** One violation: the input, and the only fault it must have. */
export interface Misfit {
  readonly what: string;
  readonly input: unknown;
  readonly fault: string;
}

/** Every violation of one member at a time, with all others as in {@link sample}. */
export function misfits(shape: StructureShape): Misfit[] {
  return inStructure(shape, '', (value) => value);
}

type Put = (value: unknown) => unknown;

function inStructure(shape: StructureShape, path: string, put: Put): Misfit[] {
  const whole = sample(shape) as Record<string, unknown>;
  return Object.entries(shape.members).flatMap(([name, member]) => {
    const place = `${path}/${name}`;
    const putMember: Put = (value) => put({ ...whole, [name]: value });
    const { [name]: _, ...without } = whole;
    const missing = isRequired(shape.members, name)
      ? [undefined, null].map((value) => ({
          what: `${place} ${value === null ? 'null' : 'missing'}`,
          input: value === null ? putMember(null) : put(without),
          fault: `Value at '${place}' failed to satisfy constraint: Member must not be null`,
        }))
      : [];
    return missing.concat(inMember(member, place, putMember));
  });
}

const KINDS: { readonly [K in Shape['kind']]: string } = {
  string: 'Member must be a string',
  boolean: 'Member must be a boolean',
  integer: 'Member must be an integer',
  list: 'Member must be a list',
  map: 'Member must be a map',
  structure: 'Member must be a structure',
  unsupported: 'Member must be absent',
};

/** One value of each JSON type, and values that `typeof` and `Array.isArray` could confuse. */
const STRANGERS: readonly unknown[] = ['text', '', 1.5, 2 ** 60, Number.NaN, true, false, [], {}, 7];

function isOfKind(shape: Shape, value: unknown): boolean {
  const { kind } = shape;
  if (kind === 'unsupported') return shape.except.some((taken) => taken === value);
  if (kind === 'integer') return Number.isSafeInteger(value);
  if (kind === 'list') return Array.isArray(value);
  if (kind === 'map' || kind === 'structure') return typeof value === 'object' && !Array.isArray(value);
  return typeof value === kind;
}

function inMember(shape: Shape, place: string, put: Put): Misfit[] {
  const at = (what: string, value: unknown, constraint: string, subject = 'Value'): Misfit => ({
    what: `${place} ${what}`,
    input: put(value),
    fault: `${subject} at '${place}' failed to satisfy constraint: ${constraint}`,
  });
  const strangers = STRANGERS.filter((value) => !isOfKind(shape, value)).map((value) =>
    at(
      `as ${Number.isNaN(value) ? 'NaN' : JSON.stringify(value)}`,
      value,
      shape.kind === 'unsupported' ? `${KINDS.unsupported}: ${shape.why}` : KINDS[shape.kind],
    ),
  );
  return [...strangers, ...outOfBounds(shape, place, at, put)];
}

function outOfBounds(
  shape: Shape,
  place: string,
  at: (what: string, value: unknown, constraint: string, subject?: string) => Misfit,
  put: Put,
): Misfit[] {
  const { min, max } = shape as { min?: number; max?: number };
  const between = (what: string): string =>
    min === undefined
      ? `${what} less than or equal to ${max}`
      : max === undefined
        ? `${what} greater than or equal to ${min}`
        : `${what} between ${min} and ${max}, inclusive`;
  const length = (value: string | unknown[], count: number): Misfit =>
    at(`of length ${count}`, value, between('Member must have length'), `Value with length ${count}`);
  const tooManyBytes = (value: unknown, bytes: number, maxBytes: number): Misfit =>
    at(
      `of ${bytes} bytes`,
      value,
      `Member must have length less than or equal to ${maxBytes} bytes in UTF-8`,
      `Value with ${bytes} bytes`,
    );
  switch (shape.kind) {
    case 'string': {
      const { values, format, maxBytes } = shape;
      if (values !== undefined)
        return [`${values[0]!.toLowerCase()}?`, '', 'toString'].map((value) =>
          at(
            `as ${JSON.stringify(value)}`,
            value,
            `Member must satisfy enum value set: [${values.join(', ')}]`,
          ),
        );
      if (format === 'date-time')
        return [
          'yesterday',
          '2026-11-22',
          '2026-11-22T19:00:00',
          '2026-13-01T00:00:00Z',
          '2026-02-30T00:00:00Z',
        ].map((value) =>
          at(
            `as ${value}`,
            value,
            'Member must be an ISO 8601 date and time with a zone, such as 2026-11-22T19:00:00.000Z',
          ),
        );
      return [
        ...(min !== undefined && min > 0 ? [length('', 0)] : []),
        ...(max !== undefined
          ? [length('x'.repeat(max + 1), max + 1), length('😀'.repeat(max + 1), max + 1)]
          : []),
        ...(maxBytes !== undefined
          ? [tooManyBytes(`x${'é'.repeat(maxBytes / 2)}`, maxBytes + 1, maxBytes)]
          : []),
      ];
    }
    case 'integer':
      return [
        ...(min !== undefined ? [at(`${min - 1}`, min - 1, between('Member must be'))] : []),
        ...(max !== undefined ? [at(`${max + 1}`, max + 1, between('Member must be'))] : []),
      ];
    case 'list': {
      const element = sample(shape.of);
      return [
        ...(min !== undefined ? [length([], 0)] : []),
        ...(max !== undefined
          ? [
              length(
                Array.from({ length: max + 1 }, () => element),
                max + 1,
              ),
            ]
          : []),
        {
          what: `${place} with a null in it`,
          input: put([element, null]),
          fault: `Value at '${place}/1' failed to satisfy constraint: Member must not be null`,
        },
        ...inMember(shape.of, `${place}/1`, (value) => put([element, value])),
      ];
    }
    case 'map':
      return [
        ...(shape.maxBytes !== undefined
          ? [tooManyBytes({ é: 'x'.repeat(shape.maxBytes - 1) }, shape.maxBytes + 1, shape.maxBytes)]
          : []),
        ...inMember(shape.of, `${place}/key`, (value) => put({ key: value })).filter(
          ({ fault }) => !fault.includes('Value with length'), // A value that is too long also makes the map too long: two faults.
        ),
      ];
    case 'structure':
      return inStructure(shape, place, put);
    case 'boolean':
    case 'unsupported':
      return [];
  }
}
