// The command line itself: help in every form, clear errors, `init`, `--port`, and a start whose output is not a terminal.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { send } from '../../src/cli/send.ts';
import { VERBS } from '../../src/cli/verbs.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const BIN = fileURLToPath(new URL('../../bin/chatpush.js', import.meta.url));
const NODE = [process.execPath, '--conditions=source', MAIN] as const;

function run(argv: readonly string[], environment: Record<string, string> = {}) {
  const [node, ...args] = NODE;
  const env = { ...process.env, ...environment };
  return spawnSync(node, [...args, ...argv], { encoding: 'utf8', env, timeout: 60_000 });
}

for (const argv of [['--help'], ['-h'], ['help']])
  test(`chatpush ${argv.join(' ')} lists every command`, () => {
    const { status, stdout } = run(argv);
    assert.equal(status, 0);
    for (const verb of [...VERBS.keys(), 'emulator'])
      assert.match(stdout, new RegExp(`^ {2}chatpush ${verb}\\b`, 'm'));
  });

for (const argv of [
  ['why', '--help'],
  ['send', '-h'],
  ['help', 'backup'],
  ['emulator', '-h'],
])
  test(`chatpush ${argv.join(' ')} explains the command and does nothing`, () => {
    const { status, stdout } = run(argv);
    assert.equal(status, 0);
    assert.match(
      stdout,
      new RegExp(`^chatpush ${argv.find((word) => /^[a-z]/.test(word) && word !== 'help')}`),
    );
  });

for (const [argv, says] of [
  [['wyh', 'chat-1'], /^chatpush: There is no command "wyh"\.\n\nchatpush: push/],
  [['--prot', '1'], /^chatpush: Unknown option '--prot'/],
  [
    ['why', '--isntance', 'x'],
    /^chatpush: Unknown option '--isntance'[^]*\nchatpush why <contactId | registrationId>/,
  ],
] as const)
  test(`chatpush ${argv.join(' ')} is refused with the usage, exit code 2`, () => {
    const { status, stderr } = run(argv);
    assert.equal(status, 2);
    assert.match(stderr, says);
    assert.doesNotMatch(stderr, /^ {4}at /m);
  });

test('init writes settings that check accepts, and never replaces a file', () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'chatpush.jsonc');
  assert.equal(run(['init', file]).status, 0);
  const checked = run(['check', file], { CHATBACKEND_SECRET: 'a-long-random-secret' });
  assert.equal(checked.status, 0, checked.stdout);
  writeFileSync(file, 'mine');
  const again = run(['init', file]);
  assert.equal(again.status, 1);
  assert.match(again.stdout, /already exists and was not changed/);
  assert.equal(readFileSync(file, 'utf8'), 'mine');
});

/** Starts the service as a program does; resolves with the first line of its output. */
async function started(
  t: TestContext,
  command: string,
  args: readonly string[],
  environment: Record<string, string>,
) {
  const child = spawn(command, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.exitCode ?? child.kill('SIGKILL'));
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, line: JSON.parse(line) as { url: string; msg: string; details: string[] } };
}

test('where the output is not a terminal, the first line is JSON; send then uses the emulator of the running service', async (t) => {
  using folder = temporaryFolder();
  const [node, ...args] = NODE;
  const { child, line } = await started(t, node, [...args, '--port', '0'], {
    CHATPUSH_PORT: 'overridden',
    CHATPUSH_STORE: `sqlite:${join(folder.path, 'a.db')}`,
  });
  assert.equal(line.msg, `chatpush listens on ${line.url}`);
  assert.ok(line.details.length > 0);

  let said = '';
  const argv = ['--application', 'arn:aws:mobiletargeting:eu-central-1:000000000000:apps/support'];
  const code = await send(
    [...argv, '--type', 'GCM', '--token', 'a-phone', 'Hello'],
    { CHATPUSH_PORT: new URL(line.url).port },
    (text) => (said += text),
  );
  assert.equal(code, 0, said);
  const phone = await fetch(`${line.url}/emulator/phones/a-phone/wait?contains=Hello`);
  assert.equal(phone.status, 200);

  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

test(
  'SIGTERM to npx, which ends only the shell between, also stops the service',
  { skip: process.platform === 'win32' },
  async (t) => {
    using folder = temporaryFolder();
    // Like npm: a shell that runs the command and does not forward signals.
    const { child, line } = await started(t, 'sh', ['-c', `'${NODE.join("' '")}'; true`], {
      npm_command: 'exec',
      CHATPUSH_PORT: '0',
      CHATPUSH_STORE: `sqlite:${join(folder.path, 'a.db')}`,
    });
    const closed = once(child.stdout, 'close');
    child.kill('SIGTERM');
    // The service keeps the pipe open until it has stopped.
    await closed;
    await assert.rejects(fetch(`${line.url}/livez`));
  },
);

test('npx chatpush in an unbuilt clone says what to run instead', (t) => {
  using folder = temporaryFolder();
  // A copy of the launcher beside sources without a build, as in a fresh clone.
  const copy = spawnSync(
    'sh',
    [
      '-c',
      `mkdir -p bin src && cp '${BIN}' bin/ && cp '${join(BIN, '../../package.json')}' . && touch src/main.ts`,
    ],
    { cwd: folder.path },
  );
  if (copy.status !== 0) return t.skip('no shell');
  const { status, stderr } = spawnSync(process.execPath, [join(folder.path, 'bin/chatpush.js')], {
    encoding: 'utf8',
  });
  assert.equal(status, 1);
  assert.match(stderr, /^chatpush is not built in this clone: run "npm start[^\n]*\n$/);
});
