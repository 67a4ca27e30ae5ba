// Faults added on the page, and their effect on pushes.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startEmulator } from '@chatpush/emulator';
import { browserOfThisFile, noBrowser, openConsole } from './browser.ts';
import { alert, IPHONE, openSender } from './push.ts';

const options = { skip: noBrowser };
const browser = browserOfThisFile();

test('a fault hits the given number of pushes, and the log shows which', options, async () => {
  await using emulator = await startEmulator();
  await using sender = openSender(emulator);
  await using opened = await openConsole(browser(), emulator.url, { address: '#/faults' });
  const { page } = opened;
  const faults = page.getByRole('region', { name: 'Faults' });
  await faults.getByLabel('status').fill('503');
  await faults.getByLabel('retryAfterSeconds').fill('7');
  await faults.getByRole('spinbutton', { name: 'Times', exact: true }).fill('1');
  await faults.getByRole('button', { name: 'Add fault' }).click();
  await faults.getByText('0 hits').waitFor();
  assert.deepEqual(emulator.faults.list(), [
    { gateway: 'apns', fault: 'http', status: 503, retryAfterSeconds: 7, times: 1, applied: 0 },
  ]);

  assert.equal((await sender.push(IPHONE, alert('Ana', 'lost'))).status, 503);
  await faults.getByText('spent, 1 hit').waitFor();
  await page.getByRole('link', { name: 'Phones' }).click();
  const requests = page.getByRole('region', { name: 'Requests' }).getByRole('listitem');
  await requests.filter({ hasText: '503' }).filter({ hasText: 'http' }).waitFor();

  assert.equal((await sender.push(IPHONE, alert('Ana', 'found'))).status, 200);
  await page.getByRole('button', { name: 'found' }).waitFor();
  assert.equal(await requests.count(), 2);
  await page.getByLabel('Hide requests answered 200').check();
  assert.equal(await requests.count(), 1);

  await page.getByRole('link', { name: 'Faults' }).click();
  await faults.getByRole('button', { name: 'Remove http at APNs' }).click();
  await faults.getByText('spent').waitFor({ state: 'detached' });
  assert.deepEqual(emulator.faults.list(), []);
  assert.deepEqual(opened.problems, []);
});

test('an invalid fault is refused with the emulator’s message', options, async () => {
  await using emulator = await startEmulator();
  await using opened = await openConsole(browser(), emulator.url, { address: '#/faults' });
  const faults = opened.page.getByRole('region', { name: 'Faults' });
  await faults.getByLabel('status').fill('');
  await faults.getByRole('button', { name: 'Add fault' }).click();
  await faults.getByRole('alert').getByText('status and reason are both missing').waitFor();
  assert.deepEqual(emulator.faults.list(), []);
});

test('every fault of the table can be added with the initial values of its form', options, async () => {
  await using emulator = await startEmulator();
  await using opened = await openConsole(browser(), emulator.url, { address: '#/faults' });
  const faults = opened.page.getByRole('region', { name: 'Faults' });
  const chosen: string[] = [];
  for (const gateway of ['fcm', 'oauth', 'apns-sandbox', 'apns']) {
    await faults.getByLabel('Gateway').selectOption(gateway);
    for (const fault of await faults.getByLabel('Fault').locator('option').allInnerTexts()) {
      await faults.getByLabel('Fault').selectOption(fault);
      await faults.getByRole('button', { name: 'Add fault' }).click();
      chosen.push(`${gateway} ${fault}`);
      await faults
        .locator('.rules li')
        .nth(chosen.length - 1)
        .waitFor();
    }
  }
  const inForce = emulator.faults.list().map(({ gateway, fault }) => `${gateway} ${fault}`);
  assert.deepEqual(inForce, chosen);
  assert.ok(chosen.length > 40, `${chosen.length} faults`);
});
