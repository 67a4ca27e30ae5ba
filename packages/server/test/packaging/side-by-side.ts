// The test files of docs/guides/in-your-tests.md, run by a user's test runner in several processes that all have an emulator open
// at the same time: the code under test waits until every process has reached the same point.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { blocksOf } from '../guides/guide.ts';
import { pathWith } from './workshop.ts';

const run = promisify(execFile);
const UNDER_TEST = 'notify-customer.js';

/** The page's own code, after all processes have met. */
const MEETS_FIRST = `
import { notifyCustomer as notify } from './page/${UNDER_TEST}';
let met;
export const notifyCustomer = async (notification) => {
  await (met ??= fetch(process.env.MEETING));
  return notify(notification);
};
`;

/** Writes the page's files, and several copies of the test file, which must not conflict with each other. */
export async function writeGuide(folder: string, testFile: string, copies: number): Promise<void> {
  await mkdir(join(folder, 'page'), { recursive: true });
  for (const { name, text } of blocksOf('in-your-tests.md'))
    if (name.endsWith('.js'))
      await writeFile(join(folder, name === UNDER_TEST ? `page/${name}` : name), text);
  await writeFile(join(folder, UNDER_TEST), MEETS_FIRST);
  for (let n = 2; n <= copies; n++)
    await copyFile(join(folder, testFile), join(folder, testFile.replace('.', `-${n}.`)));
}

/** Runs a program whose processes must meet in this number; returns its output and how many met. */
export async function runSideBySide(
  folder: string,
  [program, ...args]: readonly [string, ...string[]],
  processes: number,
): Promise<{ said: string; came: number }> {
  const waiting: ServerResponse[] = [];
  let came = 0;
  const meeting = createServer((_request, answer) => {
    waiting.push(answer);
    if (++came >= processes) for (const party of waiting.splice(0)) party.end();
  }).listen(0, '127.0.0.1');
  await once(meeting, 'listening');
  const { NODE_TEST_CONTEXT: _ours, ...env } = pathWith(process.execPath);
  try {
    const { stdout } = await run(program, args, {
      cwd: folder,
      env: { ...env, MEETING: `http://127.0.0.1:${(meeting.address() as AddressInfo).port}`, NO_COLOR: '1' },
      timeout: 300_000,
    }).catch((error: Error & { stdout: string; stderr: string }) => {
      throw new Error(`${error.message}\n${error.stdout}\n${error.stderr}`);
    });
    return { said: stdout, came };
  } finally {
    meeting.closeAllConnections();
    meeting.close();
  }
}
