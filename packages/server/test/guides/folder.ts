// An empty folder in which a guide is followed like a new user would: its files are written, and a shell runs its commands.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { movedClock } from '../moved-clock.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

export interface GuideFolder {
  readonly path: string;
  write(name: string, contents: string): void;
  /** Runs commands in one shell that keeps exported variables; returns their output, and rejects if one fails. */
  run(commands: string): Promise<string>;
  /** Starts a long-running command; resolves when it reports that it listens. */
  start(command: string): Promise<ChildProcess>;
}

/** `aws`: the AWS CLI as a line of a shell script, where the guide uses it. */
export function guideFolder(
  test: TestContext,
  environment: Readonly<Record<string, string>>,
  { aws }: { readonly aws?: string } = {},
): GuideFolder {
  const path = mkdtempSync(join(tmpdir(), 'chatpush-guide-'));
  const running: ChildProcess[] = [];
  test.after(async () => {
    for (const child of running) {
      if (child.exitCode !== null) continue;
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    rmSync(path, { recursive: true });
  });
  // What `npm install` would install: our packages, their dependencies, and `npx chatpush`.
  symlinkSync(join(ROOT, 'node_modules'), join(path, 'node_modules'));
  const bin = join(path, '.bin');
  mkdirSync(bin);
  const script = (name: string, line: string): void => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${line}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  script('node', `exec "${process.execPath}" "$@"`);
  script(
    'npx',
    `shift; exec "${process.execPath}" --conditions=source "${ROOT}packages/server/src/main.ts" "$@"`,
  );

  if (aws !== undefined) script('aws', `${aws} "$@"`);

  let kept: Record<string, string> = {
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    HOME: path,
    ...movedClock(),
    ...environment,
  };
  const shell = (commands: string): ChildProcess =>
    spawn('sh', ['-c', commands], { cwd: path, env: kept, stdio: ['ignore', 'pipe', 'pipe'] });

  return {
    path,
    write: (name, contents) => writeFileSync(join(path, name), contents),
    async run(commands) {
      // The next command gets the environment left by the last one, as in an open terminal.
      const child = shell(`set -e\n${commands}\nenv -0 > "${bin}/kept"`);
      const [said, complained] = await Promise.all([
        text(child.stdout!),
        text(child.stderr!),
        child.exitCode === null ? once(child, 'exit') : undefined,
      ]);
      if (child.exitCode !== 0)
        throw new Error(`${commands}\nended with ${child.exitCode}:\n${said}${complained}`);
      kept = Object.fromEntries(
        readFileSync(join(bin, 'kept'), 'utf8')
          .split('\0')
          .filter((entry) => entry.includes('='))
          .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
      );
      return said;
    },
    async start(command) {
      const child = shell(`exec ${command}`);
      running.push(child);
      const { promise, resolve, reject } = Promise.withResolvers<ChildProcess>();
      let said = '';
      const listen = (chunk: Buffer): void => {
        said += chunk.toString();
        if (said.includes('listens on')) resolve(child);
      };
      child.stdout!.on('data', listen);
      child.stderr!.on('data', listen);
      child.once('exit', (code) => reject(new Error(`${command} ended with ${code}:\n${said}`)));
      return promise;
    },
  };
}
