// Programs in Go that use Amazon's SDK, built once into node_modules/.cache. The first build takes minutes of CPU time.
import { execFile, spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CACHE } from './python.ts';
import type { Answer } from './python.ts';

const SOURCES = ['go.mod', 'go.sum', 'main.go'];

export type GoProgram = (words: readonly string[], input: object) => Promise<Answer>;

/**
 * Runs the program of a folder, with an object as JSON on its standard input; or returns why it is not available.
 *
 * It uses the machine's clock even under `npm run test:at`, because Go bypasses libfaketime. The SDK corrects its clock from the
 * Date of the first refusal.
 */
export async function findGo(
  folder: URL,
): Promise<{ readonly run: GoProgram } | { readonly missing: string }> {
  const sources = SOURCES.map((name) => readFileSync(new URL(name, folder), 'utf8'));
  const program = join(CACHE, `go-${hash('sha256', sources.join('\n')).slice(0, 16)}`);
  const { LD_PRELOAD: _, ...environment } = process.env;
  if (!existsSync(program)) {
    mkdirSync(CACHE, { recursive: true });
    // Built beside its place and moved there atomically: test files run in parallel, and may be stopped at any time.
    const making = `${program}.${process.pid}`;
    try {
      await promisify(execFile)('go', ['build', '-o', making, '.'], {
        cwd: fileURLToPath(folder),
        env: { ...environment, GOFLAGS: '-buildvcs=false' },
      });
      renameSync(making, program);
    } catch (error) {
      return { missing: `needs Go 1.24, and the Go proxy: ${(error as Error).message.slice(0, 300)}` };
    }
  }
  return {
    run: async (words, input) => {
      const child = spawn(program, words, { env: environment });
      child.stdin.end(JSON.stringify(input));
      const code = new Promise<number>((resolve, reject) => {
        child.once('error', reject);
        child.once('close', (status) => resolve(status ?? -1));
      });
      const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
      return { code: await code, stdout, stderr };
    },
  };
}
