// A value from the settings file → the type of its setting; mistakes go to the reader.
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Environment } from './config.ts';
import { describe, join } from './reader.ts';
import type { Reader } from './reader.ts';
import { Secret, type SecretOrigin } from './secret.ts';
import type { ContentsSetting, ListSetting, ObjectSetting, Setting, TextSetting, Value } from './setting.ts';

export interface Place {
  readonly reader: Reader;
  /** `applications[0].arn`; empty for the whole file. */
  readonly where: string;
  readonly environment: Environment;
  /** The folder that relative paths start from. */
  readonly folder: string;
}

/** The value; undefined if it is absent without a default, or wrong (which is then recorded). */
export function readSetting<const S extends Setting>(
  setting: S,
  value: unknown,
  place: Place,
): Value<S> | undefined {
  return read(setting, value, place) as Value<S> | undefined;
}

function read(setting: Setting, value: unknown, place: Place): unknown {
  const { reader, where } = place;
  const missing = value === undefined && setting.required !== true;
  if (missing && setting.kind !== 'list') return 'default' in setting ? setting.default : undefined;
  switch (setting.kind) {
    case 'text':
      return readText(setting, value, place);
    case 'integer': {
      const { least, most } = setting;
      if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most)
        return value;
      reader.wrong(where, `is ${describe(value, true)}; write a whole number from ${least} to ${most}`);
      return undefined;
    }
    case 'choice': {
      const { of } = setting;
      if (of.some((choice) => choice === value)) return value;
      const choices = of.map((choice) => JSON.stringify(choice));
      reader.wrong(where, `is ${describe(value, true)}; write ${choices.join(' or ')}`);
      return undefined;
    }
    case 'contents':
      return readContents(setting, value, place);
    case 'list':
      if (!missing) return readList(setting, value, place);
      // If a word stands for everything, absent means neither that nor nothing.
      return setting.default ?? (setting.word === undefined ? [] : undefined);
    case 'object':
      return readObject(setting, value, place);
  }
}

function readText(
  { hint, pattern, maxBytes, check }: TextSetting,
  value: unknown,
  { reader, where }: Place,
): string | undefined {
  if (typeof value !== 'string' || value === '' || pattern?.test(value) === false) {
    reader.wrong(where, `is ${describe(value, pattern !== undefined)}; write ${hint}`);
    return undefined;
  }
  const fault = lengthFault(value, maxBytes) ?? check?.(value);
  if (fault !== undefined) reader.wrong(where, fault);
  return fault === undefined ? value : undefined;
}

function lengthFault(text: string, maxBytes = Infinity): string | undefined {
  const bytes = Buffer.byteLength(JSON.stringify(text)) - '""'.length;
  return bytes > maxBytes ? `has ${bytes} bytes; write at most ${maxBytes}` : undefined;
}

function readList(setting: ListSetting, value: unknown, place: Place): unknown {
  const { reader, where } = place;
  if (setting.word !== undefined && value === setting.word) return value;
  if (!Array.isArray(value)) {
    const word = setting.word === undefined ? '' : `${JSON.stringify(setting.word)} or `;
    reader.wrong(where, `is ${describe(value)}; write ${word}a list: [ … ]`);
    return undefined;
  }
  return value
    .map((element: unknown, index) => read(setting.of, element, { ...place, where: `${where}[${index}]` }))
    .filter((element) => element !== undefined);
}

/** An object whose members are all known; for a misspelled one the known ones are listed. */
function readObject({ members }: ObjectSetting, value: unknown, place: Place): unknown {
  const { reader, where } = place;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    reader.wrong(where === '' ? 'the file' : where, `is ${describe(value)}; write an object: { … }`);
    return undefined;
  }
  const given = value as Record<string, unknown>;
  for (const name of Object.keys(given))
    if (!Object.hasOwn(members, name))
      reader.wrong(
        join(where, name),
        `is not a setting; the settings here are ${Object.keys(members).join(', ')}`,
      );
  return Object.fromEntries(
    Object.entries(members).map(([name, member]) => [
      name,
      read(member, given[name], { ...place, where: join(where, name) }),
    ]),
  );
}

/** Written in the settings, in another file, or in the environment; no mistake quotes it. */
function readContents(setting: ContentsSetting, value: unknown, place: Place): Secret | string | undefined {
  const { reader, where } = place;
  const found = typeof value === 'string' ? { text: value } : referredTo(setting, value, place);
  if (found === undefined) return undefined;
  const { text, origin } = found;
  const fault = text.trim() === '' ? `is empty; write ${setting.hint}` : setting.check?.(text);
  if (fault !== undefined) reader.wrong(where, fault);
  if (fault !== undefined) return undefined;
  return setting.secret ? new Secret(text, origin) : text;
}

interface Contents {
  readonly text: string;
  readonly origin?: SecretOrigin;
}

function referredTo({ hint }: ContentsSetting, value: unknown, place: Place): Contents | undefined {
  const { reader, where, environment, folder } = place;
  const reference = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const { file, env } = reference;
  const [kind, ...others] = Object.keys(reference);
  if (others.length === 0 && kind === 'env' && typeof env === 'string') {
    const found = environment[env];
    if (found !== undefined && found !== '') return { text: found };
    reader.wrong(where, `names the environment variable ${env}, which is not set; set it`);
    return undefined;
  }
  if (others.length === 0 && kind === 'file' && typeof file === 'string') {
    try {
      const path = resolve(folder, file);
      const text = readFileSync(path, 'utf8').trim();
      return { text, origin: { source: 'file', at: Math.round(statSync(path).mtimeMs) } };
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      reader.wrong(
        where,
        `names the file ${file}, which cannot be read (${code ?? message}); correct the path, which counts from the folder of the settings file, or the file's permissions`,
      );
      return undefined;
    }
  }
  const seen =
    value !== undefined && kind !== undefined ? 'is not such a reference' : `is ${describe(value)}`;
  reader.wrong(where, `${seen}; write ${hint}, as text, as { "file": path } or as { "env": name }`);
  return undefined;
}
