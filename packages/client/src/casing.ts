// lowerCamelCase here, PascalCase on the wire. Renaming goes by shape: names of members change, keys of maps are data and
// stay as the caller wrote them.
import type { Shape } from '@chatpush/wire';

export const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** The shape of the caller's side, so that faults are named by the caller's paths (`/contactConfiguration/contactId`). */
export function lowerCamelShape<S extends Shape>(shape: S): S;
export function lowerCamelShape(shape: Shape): Shape {
  switch (shape.kind) {
    case 'string':
    case 'boolean':
    case 'integer':
      return shape;
    case 'list':
    case 'map':
      return { ...shape, of: lowerCamelShape(shape.of) };
    case 'structure':
      return {
        ...shape,
        members: Object.fromEntries(
          Object.entries(shape.members).map(([name, member]) => [lowerFirst(name), lowerCamelShape(member)]),
        ),
      };
  }
}

/** What the caller gave, in the names of the wire; undeclared and absent members fall away. */
export const toWire = (shape: Shape, value: unknown): unknown =>
  rename(shape, value, lowerFirst, (name) => name);

/** What came over the wire, in the caller's names; undeclared and absent members fall away. */
export const fromWire = (shape: Shape, value: unknown): unknown =>
  rename(shape, value, (name) => name, lowerFirst);

function rename(
  shape: Shape,
  value: unknown,
  from: (name: string) => string,
  to: (name: string) => string,
): unknown {
  switch (shape.kind) {
    case 'string':
    case 'boolean':
    case 'integer':
      return value;
    case 'list':
      return (value as unknown[]).map((element) => rename(shape.of, element, from, to));
    case 'map':
      return Object.fromEntries(
        Object.entries(value as object).map(([key, element]) => [key, rename(shape.of, element, from, to)]),
      );
    case 'structure': {
      const source = value as Record<string, unknown>;
      const renamed: Record<string, unknown> = {};
      for (const [name, member] of Object.entries(shape.members)) {
        const element = Object.hasOwn(source, from(name)) ? source[from(name)] : undefined;
        if (element !== undefined && element !== null) renamed[to(name)] = rename(member, element, from, to);
      }
      return renamed;
    }
  }
}
