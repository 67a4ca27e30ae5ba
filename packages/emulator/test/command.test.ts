// The command, in a process of its own.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const start = (...args: string[]) =>
  spawn(process.execPath, ['--conditions=source', MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });

test('the emulator alone says where everything is, works, and stops when told', async () => {
  const child = start('--port', '0', '--strict-keys');
  let text = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    text += chunk as string;
    if (text.includes('/emulator/faults')) break;
  }
  const [url = ''] = /http:\/\/127\.0\.0\.1:\d+(?=\/console)/.exec(text) ?? [];
  const description = (await (await fetch(`${url}/emulator`)).json()) as {
    apns: { url: string };
    strict: { keys: boolean };
  };
  assert.ok(text.includes(description.apns.url));
  assert.equal(description.strict.keys, true);
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

for (const [args, says] of [
  [['--prot', '1'], /Unknown option '--prot'[\s\S]*--port <p>/],
  [['--port', 'high'], /--port must be a port from 0 to 65535, not "high"/],
] as const) {
  test(`a command line that cannot be understood is explained: ${args.join(' ')}`, async () => {
    const child = start(...args);
    let text = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    const [code] = await once(child, 'close');
    assert.equal(code, 2);
    assert.match(text, says);
    assert.ok(!text.includes('    at '), 'a stack trace');
  });
}
