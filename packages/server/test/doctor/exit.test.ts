// The command exits after printing its verdict. Regression: through a proxy it did not, because the connection to the token
// endpoint was never closed, and a service leaked one every hour.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { channelsAt, settingsWith, strictEmulator } from './accounts.ts';
import { startConnectProxy } from './connect-proxy.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

const VERBS = {
  doctor: ['doctor'],
  send: ['send', '--application', 'support', '--type', 'GCM', '--token', 'an-android-phone', 'Hello'],
};

for (const [verb, argv] of Object.entries(VERBS))
  test(`chatpush ${verb} ends by itself when it asked Google through a proxy`, async (t) => {
    const emulator = await strictEmulator(t);
    const proxy = await startConnectProxy(t);
    const environment = settingsWith(t, { GCM: channelsAt(emulator).fcm() }, { proxy: proxy.url });
    const child = spawn(process.execPath, ['--conditions=source', MAIN, ...argv], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...environment },
    });
    const patience = setTimeout(() => child.kill('SIGKILL'), 30_000);
    const [said, [code, signal]] = await Promise.all([
      text(child.stdout),
      once(child, 'exit') as Promise<[number | null, string | null]>,
    ]);
    clearTimeout(patience);
    assert.deepEqual([code, signal], [0, null], said);
  });
