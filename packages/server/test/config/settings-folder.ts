// A folder with a settings file and the files it refers to, read as at start.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Config, Environment } from '../../src/config/config.ts';
import { ConfigError, readConfig } from '../../src/config/environment.ts';
import type { Mistake } from '../../src/config/reader.ts';

export interface SettingsFolder {
  readonly path: string;
  /** Writes a file and returns its path. */
  write(name: string, contents: string): string;
  /** Writes settings (text unchanged, everything else as JSON) and returns the environment that names them. */
  settings(value: unknown): Environment & { readonly CHATPUSH_CONFIG: string };
}

export function settingsFolder(test: TestContext): SettingsFolder {
  const path = mkdtempSync(join(tmpdir(), 'chatpush-settings-'));
  test.after(() => rmSync(path, { recursive: true }));
  const write = (name: string, contents: string): string => {
    writeFileSync(join(path, name), contents);
    return join(path, name);
  };
  return {
    path,
    write,
    settings: (value) => ({
      CHATPUSH_CONFIG: write('settings.json', typeof value === 'string' ? value : JSON.stringify(value)),
    }),
  };
}

export const ACCESS_KEY = { id: 'AKIDEXAMPLE', secret: 'an-access-secret', instances: 'all' };
export const ARN = 'arn:aws:mobiletargeting:eu-central-1:000000000000:apps/support';
/** The minimal settings. */
export const LEAST = { accessKeys: [ACCESS_KEY], instances: ['support'] };

/** Settings with one application. */
export const withApplication = (application: object): object => ({
  ...LEAST,
  applications: [{ arn: ARN, ...application }],
});

/** The errors in the settings; empty if they are valid. */
export function mistakesOf(environment: Environment, now?: number): readonly Mistake[] {
  try {
    readConfig(environment, { ...(now !== undefined && { now }) });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
}

export function configOf(environment: Environment): Config {
  return readConfig(environment);
}
