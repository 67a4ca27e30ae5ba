// The page in a real browser, beside a real emulator that is pushed to over HTTP/2.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import test, { after, before } from 'node:test';
import { promisify } from 'node:util';
import { startEmulator } from '@chatpush/emulator';
import type { Browser } from 'playwright-core';
import { buildConsole } from '../../../scripts/build-console.ts';
import { noBrowser, openBrowser, openConsole, type Look } from './browser.ts';
import { alert, IPHONE, openSender } from './push.ts';

/** Why what needs curl is skipped; false where it runs. */
const noCurl =
  !String(spawnSync('curl', ['--version']).stdout).includes('HTTP2') && 'there is no curl that speaks HTTP/2';
const options = { skip: noBrowser };
let browser: Browser;

before(async () => {
  await buildConsole();
  if (!noBrowser) browser = await openBrowser();
});
after(() => browser?.close());

test('a push lights up a phone, and opens with its payload and headers', options, async () => {
  await using emulator = await startEmulator();
  await using sender = openSender(emulator);
  await using opened = await openConsole(browser, emulator.url);
  const { page } = opened;
  await page.getByRole('heading', { name: 'No phone yet' }).waitFor();
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
  'the lines for a first push do what they say, pasted into a terminal',
  { skip: noBrowser || noCurl },
  async () => {
    await using emulator = await startEmulator();
    await using opened = await openConsole(browser, emulator.url);
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
  await using opened = await openConsole(browser, emulator.url);
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

test('a fault switched on hits so many pushes, and the log says which', options, async () => {
  await using emulator = await startEmulator();
  await using sender = openSender(emulator);
  await using opened = await openConsole(browser, emulator.url);
  const { page } = opened;
  const faults = page.getByRole('region', { name: 'Faults' });
  await faults.getByLabel('status').fill('503');
  await faults.getByLabel('retryAfterSeconds').fill('7');
  await faults.getByRole('spinbutton', { name: 'Times', exact: true }).fill('1');
  await faults.getByRole('button', { name: 'Switch fault on' }).click();
  await faults.getByText('0 hits').waitFor();
  assert.deepEqual(emulator.faults.list(), [
    { gateway: 'apns', fault: 'http', status: 503, retryAfterSeconds: 7, times: 1, applied: 0 },
  ]);

  assert.equal((await sender.push(IPHONE, alert('Ana', 'lost'))).status, 503);
  await faults.getByText('spent, 1 hit').waitFor();
  const requests = page.getByRole('region', { name: 'Requests' }).getByRole('listitem');
  await requests.filter({ hasText: '503' }).filter({ hasText: 'http' }).waitFor();

  assert.equal((await sender.push(IPHONE, alert('Ana', 'found'))).status, 200);
  await page.getByRole('button', { name: 'found' }).waitFor();
  assert.equal(await requests.count(), 2);
  await page.getByLabel('Only what was not answered 200').check();
  assert.equal(await requests.count(), 1);

  await faults.getByRole('button', { name: 'Remove http at APNs' }).click();
  await faults.getByText('spent').waitFor({ state: 'detached' });
  assert.deepEqual(emulator.faults.list(), []);
  assert.deepEqual(opened.problems, []);
});

test('a fault that cannot be is refused in the emulator’s words', options, async () => {
  await using emulator = await startEmulator();
  await using opened = await openConsole(browser, emulator.url);
  const faults = opened.page.getByRole('region', { name: 'Faults' });
  await faults.getByLabel('status').fill('');
  await faults.getByRole('button', { name: 'Switch fault on' }).click();
  await faults.getByRole('alert').getByText('is missing, and so is reason').waitFor();
  assert.deepEqual(emulator.faults.list(), []);
});

test('every fault of the table can be switched on as its form begins', options, async () => {
  await using emulator = await startEmulator();
  await using opened = await openConsole(browser, emulator.url);
  const faults = opened.page.getByRole('region', { name: 'Faults' });
  const chosen: string[] = [];
  for (const gateway of ['fcm', 'oauth', 'apns-sandbox', 'apns']) {
    await faults.getByLabel('Gateway').selectOption(gateway);
    for (const fault of await faults.getByLabel('Fault').locator('option').allInnerTexts()) {
      await faults.getByLabel('Fault').selectOption(fault);
      await faults.getByRole('button', { name: 'Switch fault on' }).click();
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

test('an app uninstalled is answered 410, and 200 once it is back', options, async () => {
  await using emulator = await startEmulator();
  await using sender = openSender(emulator);
  await using opened = await openConsole(browser, emulator.url);
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
  assert.equal((await sender.push(IPHONE, alert('Ana', 'after'))).status, 200);
  await page.getByRole('button', { name: 'after' }).waitFor();
  assert.equal(await page.getByText('before').count(), 0);
});

test('a phone that was off shows what the gateway kept for it', options, async () => {
  await using emulator = await startEmulator();
  await using sender = openSender(emulator);
  await using opened = await openConsole(browser, emulator.url);
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

test('the keyboard alone reaches a notification, and Esc gives the focus back', options, async () => {
  await using emulator = await startEmulator();
  await using sender = openSender(emulator);
  await using opened = await openConsole(browser, emulator.url);
  const { page } = opened;
  await sender.push(IPHONE, alert('Ana', 'Hello'));
  const card = page.getByRole('button', { name: 'Hello' });
  await card.waitFor();
  const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.className ?? '');
  for (let presses = 0; presses < 5 && (await focused()) !== 'card'; presses += 1) {
    await page.keyboard.press('Tab');
  }
  assert.equal(await focused(), 'card');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.getByText('"Hello"').waitFor();
  await dialog.getByRole('tab', { name: 'Payload' }).focus();
  await page.keyboard.press('ArrowRight');
  await dialog.getByRole('row', { name: 'apns-topic' }).waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  assert.equal(await focused(), 'card');
});

test('at 375 pixels nothing is wider than the page', options, async () => {
  await using emulator = await startEmulator();
  await using sender = openSender(emulator);
  await using opened = await openConsole(browser, emulator.url, { width: 375 });
  const { page } = opened;
  const width = (): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth);
  await page.getByText('--http2').waitFor();
  assert.equal(await width(), 375);
  for (const token of [IPHONE, 'cd'.repeat(32)]) await sender.push(token, alert('Ana', 'w'.repeat(200)));
  emulator.faults.set([{ gateway: 'apns', fault: 'http', status: 500, reason: 'R'.repeat(90) }]);
  await sender.push(IPHONE, alert('Ana', 'lost'));
  await page.getByRole('listitem').filter({ hasText: '500' }).first().waitFor();
  assert.equal(await width(), 375);
  await page
    .getByRole('button', { name: 'w'.repeat(20) })
    .first()
    .click();
  await page.getByRole('dialog').getByText('aps').waitFor();
  assert.equal(await width(), 375);
});

test('colours and motion follow what the person chose for all pages', options, async () => {
  await using emulator = await startEmulator();
  await using sender = openSender(emulator);
  await sender.push(IPHONE, alert('Ana', 'Hello'));
  const styles = async (look: Look): Promise<{ ground: string; animation: string }> => {
    await using opened = await openConsole(browser, emulator.url, look);
    await opened.page.getByRole('button', { name: 'Hello' }).waitFor();
    return await opened.page.evaluate(() => ({
      ground: getComputedStyle(document.documentElement).backgroundColor,
      animation: getComputedStyle(document.querySelector('.card') ?? document.body).animationName,
    }));
  };
  assert.deepEqual(await styles({}), { ground: 'rgb(245, 245, 242)', animation: 'light-up' });
  assert.deepEqual(await styles({ colorScheme: 'dark', reducedMotion: 'reduce' }), {
    ground: 'rgb(19, 21, 22)',
    animation: 'none',
  });
});

test('a phone is added by name and lights up at its first push', options, async () => {
  await using emulator = await startEmulator();
  await using sender = openSender(emulator);
  await using opened = await openConsole(browser, emulator.url);
  const { page } = opened;
  await page.getByRole('button', { name: 'Add' }).click();
  await page.getByText('waits for its first push').waitFor();
  const [phone] = emulator.phones();
  assert.match(phone?.deviceToken ?? '', /^[0-9a-f]{64}$/);
  await sender.push(phone?.deviceToken ?? '', alert('Ana', 'Hello'));
  await page.getByRole('button', { name: 'Hello' }).waitFor();
  page.once('dialog', (dialog) => void dialog.accept());
  await page.getByRole('button', { name: 'Forget all' }).click();
  await page.getByRole('heading', { name: 'No phone yet' }).waitFor();
  assert.deepEqual(emulator.phones(), []);
});

test('more than the page draws is counted, never left out in silence', options, async () => {
  await using emulator = await startEmulator();
  await using sender = openSender(emulator);
  await using opened = await openConsole(browser, emulator.url);
  const { page } = opened;
  for (let n = 0; n < 15; n += 1) {
    await sender.push(n.toString(16).padStart(64, '0'), alert('Ana', `phone ${n}`));
  }
  await Promise.all(
    Array.from({ length: 1000 }, (_, n) => sender.push(IPHONE, alert('Ana', `message ${n}`))),
  );
  await page.getByText('12 of 16 phones.').waitFor();
  await page.getByRole('button', { name: 'Show more' }).click();
  await page.getByRole('article').nth(15).waitFor();
  await page.getByRole('button', { name: '1000 received' }).waitFor();
  await page.getByText('and 970 older').waitFor();
  await page.getByText('The newest 200').waitFor();
  await page.getByRole('heading', { name: 'Requests 1,015' }).waitFor();
  assert.deepEqual(opened.problems, []);
});

test('a page that outlives the emulator goes on with the next one', options, async () => {
  const first = await startEmulator();
  await using opened = await openConsole(browser, first.url);
  const { page } = opened;
  await first.close();
  await page.getByText('Connection lost').waitFor();
  await using next = await startEmulator({ port: Number(new URL(first.url).port) });
  await using sender = openSender(next);
  await sender.push(IPHONE, alert('Ana', 'while nobody looked'));
  await page.getByRole('button', { name: 'while nobody looked' }).waitFor();
  await page.getByText('Live').waitFor();
});
