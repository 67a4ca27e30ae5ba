// The differences between two readings of the settings, with the names of the settings file and without values.
import type { Config } from './config.ts';
import { revealed } from './secret.ts';

/** Settings that are lists of named things. */
const LISTS: Readonly<
  Record<string, (config: Config) => readonly (readonly [name: string, one: unknown])[]>
> = {
  accessKeys: ({ accessKeys }) => accessKeys.map((one) => [one.id, one]),
  bearerKeys: ({ bearerKeys }) => bearerKeys.map((one) => [one.id, one]),
  applications: ({ applications }) => applications.map((one) => [one.arn, one]),
};

/** `limits`, `accessKeys: TENANTB added, TENANTA removed`; empty if both are equal. */
export function changedSettings(before: Config, after: Config): string[] {
  const [was, is] = [before, after].map((config) => new Map<string, unknown>(Object.entries(config)));
  return [...new Set([...was!.keys(), ...is!.keys()])]
    .filter((name) => differ(was!.get(name), is!.get(name)))
    .map((name) => {
      const list = LISTS[name];
      return list ? `${name}: ${changesOf(new Map(list(before)), new Map(list(after)))}` : name;
    });
}

function changesOf(was: ReadonlyMap<string, unknown>, is: ReadonlyMap<string, unknown>): string {
  const changes = [
    ...[...is.keys()].filter((name) => !was.has(name)).map((name) => `${name} added`),
    ...[...was.keys()].filter((name) => !is.has(name)).map((name) => `${name} removed`),
    ...[...is]
      .filter(([name, one]) => was.has(name) && differ(was.get(name), one))
      .map(([name]) => `${name} changed`),
  ];
  return changes.length > 0 ? changes.join(', ') : 'in another order';
}

const differ = (one: unknown, other: unknown): boolean => revealed(one ?? null) !== revealed(other ?? null);
