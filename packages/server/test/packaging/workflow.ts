// The `run` steps of a workflow of docs/guides/ci.md, run in sequence like GitHub's runner: one script per step with `bash -e`,
// and background processes live until the job ends.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { blocksOf } from '../guides/guide.ts';

export interface Step {
  readonly run: string;
  readonly env: Readonly<Record<string, string>>;
  /** Only if an earlier step failed. */
  readonly onFailure: boolean;
}

/** Parses only the subset of YAML that the guide uses. */
export function stepsOf(workflow: string): Step[] {
  const block = blocksOf('ci.md').find(({ name }) => name === workflow);
  if (block === undefined) throw new Error(`ci.md has no \`\`\`yaml ${workflow}`);
  const [, steps = ''] = /^ {4}steps:\n((?: {6}.*\n)+)/m.exec(block.text) ?? [];
  const found: Step[] = [];
  for (const item of steps.split(/^ {6}- /m).slice(1)) {
    const [first = '', ...rest] = item.trimEnd().split('\n');
    if (/^uses: [\w/-]+@v\d+$/.test(first)) continue;
    const [, run] = /^run: (.+)$/.exec(first) ?? [];
    if (run === undefined)
      throw new Error(`${workflow}: a step that is neither \`uses\` nor \`run\`: ${first}`);
    const env: Record<string, string> = {};
    let onFailure = false;
    for (const line of rest) {
      const [, name, value] = /^ {10}(\w+): (\S+)$/.exec(line) ?? [];
      if (name !== undefined) env[name] = value!;
      else if (line === '        if: failure()') onFailure = true;
      else if (line !== '        env:') throw new Error(`${workflow}: not understood: ${line}`);
    }
    found.push({ run, env, onFailure });
  }
  return found;
}

/** A job: returns a function that runs a step and returns its output. Background processes end with the test. */
export function startJob(
  t: TestContext,
  folder: string,
  environment: NodeJS.ProcessEnv,
): (step: Pick<Step, 'run' | 'env'>) => Promise<string> {
  const steps: { group: number; gone: Promise<unknown> }[] = [];
  t.after(async () => {
    for (const { group, gone } of steps) {
      try {
        process.kill(-group, 'SIGTERM');
      } catch {
        // It left no processes.
      }
      await gone;
    }
  });
  return async ({ run, env }) => {
    const script = join(folder, `step-${steps.length + 1}.sh`);
    await writeFile(script, `${run}\n`);
    // A separate process group, by which background processes are found, and a fourth stream that stays open until all of them
    // have ended.
    const child = spawn('bash', ['-e', script], {
      cwd: folder,
      env: { ...environment, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      detached: true,
    });
    const open = (child.stdio[3] as Readable).resume();
    steps.push({ group: child.pid!, gone: once(open, 'close') });
    const [said, complained, [code]] = await Promise.all([
      text(child.stdout!),
      text(child.stderr!),
      once(child, 'exit') as Promise<[number | null]>,
    ]);
    if (code !== 0) throw new Error(`${run}\nended with ${code}:\n${said}${complained}`);
    return said;
  };
}
