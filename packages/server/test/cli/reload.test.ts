// chatpush reload and SIGHUP, with the service in a separate process.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { createClient } from '@chatpush/client';
import { reload } from '../../src/cli/reload.ts';
import { end, start } from '../promises/process.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';

const key = (id: string) => ({ id, secret: `the secret of ${id}`, instances: 'all' });

async function startProcess(t: TestContext) {
  const folder = temporaryFolder();
  t.after(() => folder.remove());
  const file = join(folder.path, 'settings.json');
  const write = (...ids: string[]) =>
    writeFileSync(file, JSON.stringify({ accessKeys: ids.map(key), instances: ['support'] }));
  write('OLD');
  const environment = {
    CHATPUSH_CONFIG: file,
    CHATPUSH_PORT: '0',
    CHATPUSH_STORE: `sqlite:${join(folder.path, 'a.db')}`,
    CHATPUSH_LOG: 'silent',
  };
  const running = await start([], environment);
  t.after(() => end(running, 'SIGTERM'));
  return {
    ...running,
    file,
    write,
    /** Whether a key is known. */
    async knows(id: string): Promise<boolean> {
      const client = createClient({
        region: 'eu-central-1',
        endpoint: running.url,
        credentials: { accessKeyId: id, secretAccessKey: key(id).secret },
      });
      const name = await client.listDeliveries({ instanceId: 'support', contactId: 'c' }).then(
        () => 'none',
        (error: Error) => error.name,
      );
      return name !== 'UnrecognizedClientException';
    },
    async command(...argv: string[]) {
      let said = '';
      const code = await reload(argv, environment, (text) => {
        said += text;
      });
      return { code, said };
    },
  };
}

describe(
  'a running service',
  { skip: process.platform === 'win32' && 'signals and sockets of files' },
  () => {
    test('the command reloads the settings and says what has changed', async (t) => {
      const service = await startProcess(t);
      service.write('OLD', 'NEW');
      assert.deepEqual(await service.command(), { code: 0, said: 'Changed: accessKeys: NEW added.\n' });
      assert.ok((await service.knows('NEW')) && (await service.knows('OLD')));
      assert.deepEqual(await service.command(), { code: 0, said: 'Nothing has changed.\n' });
    });

    test('with an invalid file it keeps its settings, and the command reports the errors', async (t) => {
      const service = await startProcess(t);
      writeFileSync(service.file, '{ "accessKeys": [], "instances": ["support"] }');
      const { code, said } = await service.command();
      assert.equal(code, 1);
      assert.match(
        said,
        /^1 mistake in the settings:\n {2}accessKeys is empty, .*\nNothing was changed\.\n$/,
      );
      assert.ok(await service.knows('OLD'));
    });

    test('does the same on SIGHUP', async (t) => {
      const service = await startProcess(t);
      service.write('NEW');
      service.child.kill('SIGHUP');
      const until = Date.now() + 10_000;
      while (!(await service.knows('NEW'))) assert.ok(Date.now() < until, 'the settings were not taken over');
      assert.equal(await service.knows('OLD'), false);
      // An invalid file does not end it, either.
      writeFileSync(service.file, 'nothing');
      service.child.kill('SIGHUP');
      await new Promise((resolve) => setTimeout(resolve, 300));
      assert.ok(await service.knows('NEW'));
    });
  },
);

test('without a running service, the command says where it looked', async () => {
  using folder = temporaryFolder();
  let said = '';
  const code = await reload([], { CHATPUSH_STORE: `sqlite:${join(folder.path, 'a.db')}` }, (text) => {
    said += text;
  });
  assert.equal(code, 1);
  assert.match(said, /^No service listens at .*a\.db\.socket: does it run on this machine/);
});

test('without a settings file SIGHUP ends the service, as when its terminal closes', async (t) => {
  const folder = temporaryFolder();
  t.after(() => folder.remove());
  const { child } = await start([], {
    CHATPUSH_PORT: '0',
    CHATPUSH_STORE: `sqlite:${join(folder.path, 'a.db')}`,
    CHATPUSH_LOG: 'silent',
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGHUP');
  assert.equal(await gone, 0);
});
