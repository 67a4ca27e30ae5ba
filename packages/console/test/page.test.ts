// The page in a real browser, with a real emulator that receives pushes over HTTP/2.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { promisify } from 'node:util';
import { startEmulator } from '@chatpush/emulator';
import { browserOfThisFile, noBrowser, openConsole } from './browser.ts';
import { alert, IPHONE, openSender } from './push.ts';

/** Why tests with curl are skipped; false if they run. */
const noCurl =
  !String(spawnSync('curl', ['--version']).stdout).includes('HTTP2') && 'curl with HTTP/2 is not installed';
const options = { skip: noBrowser };
const browser = browserOfThisFile();

test('a push lights up a phone, and its notification opens with payload and headers', options, async () => {
  await using emulator = await startEmulator();
  await using sender = openSender(emulator);
  await using opened = await openConsole(browser(), emulator.url);
  const { page } = opened;
  await page.getByRole('heading', { name: 'No phones yet' }).waitFor();
  await sender.push(
    IPHONE,
    { ...alert('Ana', 'Your parcel is here.'), contactId: 'c-1' },
    { 'apns-priority': '10' },
  );

  const card = page.getByRole('button', { name: 'Your parcel is here.' });
  await card.waitFor();
  assert.match(await card.innerText(), /Ana[^]*\d+ ms after acceptance/);
  assert.equal(
    await page.getByRole('status').last().innerText(),
    'Notification 1: Ana: Your parcel is here.',
  );

  await card.click();
  const dialog = page.getByRole('dialog', { name: 'Notification 1 of 1' });
  await dialog.getByText('"contactId": "c-1"').waitFor();
  await dialog.getByRole('tab', { name: 'Headers' }).click();
  await dialog.getByRole('row', { name: 'apns-priority 10' }).waitFor();
  assert.equal(await dialog.getByText('authorization').count(), 0);
  assert.deepEqual(opened.problems, []);
});

test(
  'the commands for a first push work when pasted into a terminal',
  { skip: noBrowser || noCurl },
  async () => {
    await using emulator = await startEmulator();
    await using opened = await openConsole(browser(), emulator.url);
    const { page } = opened;
    await page.getByText('--http2').waitFor();
    const lines = await page.locator('.welcome pre').allInnerTexts();
    assert.equal(lines.length, 2);
    for (const line of lines) await promisify(execFile)('sh', ['-c', `${line} --fail --silent`]);
    await page.getByRole('button', { name: 'Hello from curl' }).nth(1).waitFor();
    assert.deepEqual(
      emulator.phones().map(({ deviceType }) => deviceType),
      ['GCM', 'APNS'],
    );
  },
);

test('a notification is saved as a file for Xcode’s simulator', options, async () => {
  await using emulator = await startEmulator();
  await using sender = openSender(emulator);
  await using opened = await openConsole(browser(), emulator.url);
  const { page } = opened;
  await sender.push(IPHONE, alert('Ana', 'Hello'));
  await page.getByRole('button', { name: '1 received' }).click();
  const downloading = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Xcode file' }).click();
  const download = await downloading;
  assert.match(download.suggestedFilename(), /\.apns$/);
  assert.deepEqual(JSON.parse(await readFile(await download.path(), 'utf8')), {
    'Simulator Target Bundle': emulator.credentials.apns.topic,
    ...alert('Ana', 'Hello'),
  });
});

test('a push to an uninstalled app is answered 410, and 200 after it is reinstalled', options, async () => {
  await using emulator = await startEmulator();
  await using sender = openSender(emulator);
  await using opened = await openConsole(browser(), emulator.url);
  const { page } = opened;
  await sender.push(IPHONE, alert('Ana', 'before'));
  await page.getByRole('button', { name: 'Uninstall' }).click();
  await page.getByText('The app is uninstalled.').waitFor();
  assert.deepEqual(await sender.push(IPHONE, alert('Ana', 'refused')), {
    status: 410,
    reason: 'Unregistered',
    timestamp: emulator.phone(IPHONE).uninstalledAt,
  });
  await page.getByRole('button', { name: 'Reinstall' }).click();
  await page.getByRole('button', { name: 'Uninstall' }).waitFor();
  assert.equal((await sender.push(IPHONE, alert('Ana', 'after'))).status, 200);
  await page.getByRole('button', { name: 'after' }).waitFor();
  assert.equal(await page.getByText('before').count(), 0);
});

test('a phone that was off shows what the gateway stored for it', options, async () => {
  await using emulator = await startEmulator();
  await using sender = openSender(emulator);
  await using opened = await openConsole(browser(), emulator.url);
  const { page } = opened;
  await sender.push(IPHONE, alert('Ana', 'first'));
  await page.getByRole('button', { name: 'Switch off' }).click();
  await page.getByText('Off', { exact: true }).waitFor();
  await sender.push(IPHONE, alert('Ana', 'not kept: APNs stores one per app'));
  await sender.push(IPHONE, alert('Ana', 'kept'));
  await page.getByRole('button', { name: 'Switch on' }).click();
  await page.getByRole('button', { name: 'kept' }).waitFor();
  assert.equal(await page.getByText('not kept').count(), 0);
  await page.getByRole('button', { name: '3 received' }).waitFor();
});

test('a phone is added by name and lights up at its first push', options, async () => {
  await using emulator = await startEmulator();
  await using sender = openSender(emulator);
  await using opened = await openConsole(browser(), emulator.url);
  const { page } = opened;
  await page.getByRole('button', { name: 'Add' }).click();
  await page.getByText('waits for its first push').waitFor();
  const [phone] = emulator.phones();
  assert.match(phone?.deviceToken ?? '', /^[0-9a-f]{64}$/);
  await sender.push(phone?.deviceToken ?? '', alert('Ana', 'Hello'));
  await page.getByRole('button', { name: 'Hello' }).waitFor();
  page.once('dialog', (dialog) => void dialog.accept());
  await page.getByRole('button', { name: 'Remove all' }).click();
  await page.getByRole('heading', { name: 'No phones yet' }).waitFor();
  assert.deepEqual(emulator.phones(), []);
});
