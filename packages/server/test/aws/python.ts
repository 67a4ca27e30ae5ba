// Amazon's own Python clients, boto3 and the AWS CLI, as published on PyPI: installed once into node_modules/.cache.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { movedClock } from '../moved-clock.ts';

const run = promisify(execFile);
const PACKAGES = ['awscli==1.46.3', 'boto3==1.43.62'];
export const CACHE = fileURLToPath(new URL('../../../../node_modules/.cache/', import.meta.url));
const FOLDER = join(CACHE, `python-${PACKAGES[0]!.replace('==', '-')}`);

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Python {
  /** Runs a program; its variables are added to the environment. */
  run(text: string, variables: Readonly<Record<string, string>>): Promise<Answer>;
  /** The AWS CLI as a shell command, without its arguments. */
  readonly awsCommand: string;
  /** Runs shell commands in which `aws` is the AWS CLI. */
  shell(text: string, variables: Readonly<Record<string, string>>): Promise<Answer>;
  /** Runs the AWS CLI. */
  aws(words: readonly string[], variables: Readonly<Record<string, string>>): Promise<Answer>;
}

/** Installs packages from PyPI into a folder, once; returns why that is not possible here. */
export async function installPython(
  folder: string,
  packages: readonly string[],
): Promise<string | undefined> {
  if (existsSync(folder)) return undefined;
  // Built beside its place and moved there atomically: test files run in parallel, and may be stopped at any time.
  const making = `${folder}.${process.pid}`;
  try {
    mkdirSync(dirname(folder), { recursive: true });
    await run('python3', [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      // Compiling takes longer than downloading, and most modules are never imported.
      '--no-compile',
      '--target',
      making,
      ...packages,
    ]);
    renameSync(making, folder);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    if (!existsSync(folder))
      return `needs python3 with pip, and PyPI: ${(error as Error).message.slice(0, 300)}`;
  }
  return undefined;
}

/** Python 3.11 sleeps until a time of the monotonic clock, which libfaketime answers with EINVAL. */
const SLEEP = 'import select, time\ntime.sleep = lambda seconds: select.select([], [], [], seconds)\n';

/** The clients, or why they are not available. */
export async function findPython(): Promise<Python | { readonly missing: string }> {
  const missing = await installPython(FOLDER, PACKAGES);
  if (missing !== undefined) return { missing };
  const call = (
    words: readonly string[],
    variables: Readonly<Record<string, string>>,
    program = 'python3',
  ): Promise<Answer> =>
    new Promise((resolve) => {
      const { PATH = '' } = process.env;
      const env = {
        PATH,
        PYTHONPATH: FOLDER,
        ...movedClock(),
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_PAGER: '',
        ...variables,
      };
      execFile(program, words, { env }, (error, stdout, stderr) =>
        resolve({
          code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1,
          stdout,
          stderr,
        }),
      );
    });
  return {
    awsCommand: `AWS_EC2_METADATA_DISABLED=true AWS_PAGER= PYTHONPATH="${FOLDER}" exec python3 -m awscli`,
    run: (text, variables) =>
      call(['-c', Object.keys(movedClock()).length > 0 ? `${SLEEP}${text}` : text], variables),
    aws: (words, variables) => call(['-m', 'awscli', ...words], variables),
    shell: (text, variables) => call(['-ec', `aws() { python3 -m awscli "$@"; }\n${text}`], variables, 'sh'),
  };
}
