// Keeps of a JSON value what its shape names: members nobody knows and `null`s fall away. Used on what arrives (so that
// operations see only what was checked) and on what is sent (so that nothing travels by accident).
import type { Shape } from './shape.ts';

export function pick(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case 'string':
    case 'boolean':
    case 'integer':
      return value;
    case 'list':
      return (value as unknown[]).map((element) => pick(shape.of, element));
    case 'map': {
      const entries = Object.entries(value as object).map(([key, element]) => [key, pick(shape.of, element)]);
      return Object.fromEntries(entries);
    }
    case 'structure': {
      const source = value as Record<string, unknown>;
      const kept: Record<string, unknown> = {};
      for (const [name, member] of Object.entries(shape.members)) {
        const element = Object.hasOwn(source, name) ? source[name] : undefined;
        if (element !== undefined && element !== null) kept[name] = pick(member, element);
      }
      return kept;
    }
  }
}
