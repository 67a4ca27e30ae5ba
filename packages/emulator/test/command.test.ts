// The command, in its own process.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const start = (...args: string[]) =>
  spawn(process.execPath, ['--conditions=source', MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });

test('the stand-alone emulator prints its addresses, works, and stops on SIGTERM', async () => {
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

test('a port in use or a foreign address is a one-sentence error that names the option', async () => {
  await using taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const port = String((taken.address() as AddressInfo).port);
  for (const [args, says] of [
    [
      ['--port', port],
      `Another process already listens on 127.0.0.1:${port}: stop it, or choose another port for --port`,
    ],
    [['--port', '0', '--fcm-port', port], `or choose another port for --fcm-port (0 picks a free one).`],
    // TEST-NET-3 (RFC 5737) is never assigned.
    [
      ['--port', '0', '--host', '203.0.113.9'],
      '--host is 203.0.113.9, which is not an address of this machine',
    ],
    [['--port', '0', '--host', 'nowhere.invalid'], '--host is nowhere.invalid, a name that'],
  ] as const) {
    const child = start(...args);
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit') as Promise<[unknown]>]);
    assert.deepEqual([code, said.includes(says), said.split('\n').length], [1, true, 2], said);
  }
});

for (const [args, says] of [
  [['--prot', '1'], /Unknown option '--prot'[\s\S]*--port <p>/],
  [['--port', 'high'], /--port must be a port from 0 to 65535, not "high"/],
] as const) {
  test(`an invalid command line is explained: ${args.join(' ')}`, async () => {
    const child = start(...args);
    let text = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    const [code] = await once(child, 'close');
    assert.equal(code, 2);
    assert.match(text, says);
    assert.ok(!text.includes('    at '), 'a stack trace');
  });
}
