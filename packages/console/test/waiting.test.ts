// A waiting delivery shows when it expires.
import { test } from 'node:test';
import { browserOfThisFile, noBrowser, openConsole } from './browser.ts';
import { openScene } from './scene.ts';

const browser = browserOfThisFile();

test('a waiting delivery shows when it expires', { skip: noBrowser }, async () => {
  await using scene = await openScene();
  await scene.register('waiting', '0a'.repeat(32));
  scene.emulator.faults.set([{ gateway: 'apns', fault: 'http', status: 503, reason: 'ServiceUnavailable' }]);
  await scene.say('waiting', 'waiting-1', 'Hello');
  await using opened = await openConsole(browser(), scene.url, { address: '#/contacts/waiting' });
  await opened.page.getByText(/Waiting\. It expires at/).waitFor();
});
