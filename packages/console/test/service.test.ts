// The page with the whole service: from nothing to a lit phone without leaving the page.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startEmulator } from '@chatpush/emulator';
import type { Page } from 'playwright-core';
import { browserOfThisFile, noBrowser, openConsole, seen } from './browser.ts';
import { openService } from './scene.ts';

const options = { skip: noBrowser };
const browser = browserOfThisFile();

test('a visitor registers a phone, writes as agent, bot and system, and it lights up', options, async () => {
  await using service = await openService();
  await using opened = await openConsole(browser(), service.url);
  const { page } = opened;
  for (const phone of ['a new iPhone', 'a new Android phone']) {
    await page.getByRole('combobox', { name: 'Phone', exact: true }).selectOption({ label: phone });
    await page.getByRole('button', { name: 'Register' }).click();
    const said = phone.includes('Android') ? /Android .* is registered/ : /iPhone .* is registered/;
    await page.getByText(said).waitFor();
  }
  const write = page.getByRole('region', { name: 'Write' });
  for (const as of ['Agent', 'Bot', 'System']) {
    await write.getByLabel(as).check();
    await write.getByRole('textbox', { name: 'Message' }).fill(`Hello from ${as}`);
    await write.getByRole('button', { name: 'Send' }).click();
    const cards = page.getByRole('article').getByRole('button', { name: `Hello from ${as}` });
    await seen(cards.nth(1));
    assert.equal(await write.getByRole('textbox', { name: 'Message' }).inputValue(), '');
    const became = write.getByRole('listitem').first();
    await seen(became.getByText(/accepted in .* for 2 phones(.*lit up after){2}/));
  }
  assert.deepEqual(opened.problems, []);
});

test('a drawn phone shows what each kind of message becomes', options, async () => {
  await using service = await openService();
  await using opened = await openConsole(browser(), service.url);
  const { page } = opened;
  await page.getByRole('button', { name: 'Register' }).click();
  await page.getByText(/is registered/).waitFor();
  const write = page.getByRole('region', { name: 'Write' });
  for (const [kind, shown] of [
    ['Markdown', 'Good news: your parcel arrives tomorrow.'],
    ['List picker', 'Which order is it about?'],
    ['Attachment', 'sent a file: label.png'],
    ['JSON for the app', 'You have a new message'],
  ] as const) {
    await write.getByLabel('Kind').selectOption(kind);
    await write.getByRole('button', { name: 'Send' }).click();
    await seen(page.getByRole('article').getByRole('button', { name: shown }));
  }
  assert.deepEqual(opened.problems, []);
});

test('a message without a push shows the reason', options, async () => {
  await using service = await openService();
  await using opened = await openConsole(browser(), service.url);
  const write = opened.page.getByRole('region', { name: 'Write' });
  await write.getByLabel('To contact').fill('nobody-registered');
  await write.getByRole('button', { name: 'Send' }).click();
  await write.getByText('no push: contact-unknown').waitFor();
});

// Regression: the error was drawn over the message above it, and a long message filled the page.
test('a refused message and its error are both readable, and a long message is cut', options, async () => {
  await using service = await openService();
  await using opened = await openConsole(browser(), service.url);
  const { page } = opened;
  await page.getByText('Key, instance, application').click();
  await page.getByLabel('Secret').fill('another');
  const write = page.getByRole('region', { name: 'Write' });
  await write.getByRole('textbox', { name: 'Message' }).fill('word '.repeat(800));
  await write.getByRole('button', { name: 'Send' }).click();
  const problem = (await write.locator('.problem').boundingBox()) ?? assert.fail('no problem is rendered');
  const text = (await write.locator('.text').boundingBox()) ?? assert.fail('no message is rendered');
  assert.ok(problem.y >= text.y + text.height, `${problem.y} is above the end of the message`);
  assert.ok(text.height < 80, `the message is ${text.height} pixels high`);
});

test('a wrong key is refused with the service’s message', options, async () => {
  await using service = await openService();
  await using opened = await openConsole(browser(), service.url);
  const { page } = opened;
  await page.getByText('Key, instance, application').click();
  await page.getByLabel('Secret').fill('another');
  await page.getByRole('button', { name: 'Register' }).click();
  const said = await page.getByRole('region', { name: 'Register a phone' }).getByRole('alert').innerText();
  assert.match(said, /signature/i);
});

const channelsOn = (page: Page): Promise<string[]> =>
  page.getByRole('region', { name: 'Channels' }).getByRole('listitem').allInnerTexts();

test(
  'every channel shows whether it is real or emulated, and the header does not call all emulated',
  options,
  async () => {
    // Regression: the page said "service with emulated gateways" whatever the settings were.
    await using elsewhere = await startEmulator();
    const { keyId, teamId, privateKey, topic } = elsewhere.credentials.apns;
    const at = { gateway: 'apns', topic, keyId, teamId, privateKey, ca: elsewhere.ca };
    await using service = await openService({
      accessKeys: [{ id: 'AKIDPAGE', secret: 'a secret of the page', instances: 'all' }],
      instances: ['support'],
      applications: [
        {
          arn: 'arn:aws:mobiletargeting:eu-central-1:123456789012:apps/bank',
          channels: { APNS: { ...at, url: elsewhere.apns.url }, GCM: { gateway: 'emulated' } },
        },
      ],
    });
    await using opened = await openConsole(browser(), service.url, { address: '#/applications' });
    const { page } = opened;
    await page.getByText('Live · service with some real gateways').waitFor();
    // The doctor's verdict appears when it arrives.
    await page.getByText(`at ${elsewhere.apns.url}, healthy`).waitFor();
    await page.getByText('credential age unknown').waitFor();
    assert.deepEqual(
      (await channelsOn(page)).map((text) => text.replace(/\s+/g, ' ')),
      [
        `bank APNS at ${elsewhere.apns.url}, healthy credential age unknown Ask the doctor`,
        'bank GCM EMULATED Ask the doctor',
      ],
    );
    await page.getByText('do not appear on this page').waitFor();
    // Only a key from the settings may ask the doctor.
    const first = page.getByRole('region', { name: 'Channels' }).getByRole('listitem').first();
    await first.getByRole('button', { name: 'Ask the doctor' }).click();
    await first
      .getByRole('alert')
      .getByText(/security token/i)
      .waitFor();
    // The browser logs the refusal.
    assert.ok(opened.problems.every((problem) => problem.includes('403')));
  },
);

test('a verdict that never arrives is polled less and less often', options, async () => {
  // Each /readyz is a write to the store; the page used to ask every 5 seconds while it was open.
  await using service = await openService();
  await using opened = await openConsole(browser(), service.url, { address: '#/applications' });
  const { page } = opened;
  let asked = 0;
  await page.route(/\/readyz\?verbose$/, (route) => {
    asked += 1;
    return route.fulfill({ json: { channels: { 'every application': 'real, not examined yet' } } });
  });
  await page.clock.install();
  await page.reload();
  await page.getByText('not examined yet').waitFor();
  for (let seconds = 0; seconds < 600; seconds += 5) {
    await page.clock.runFor(5_000);
    // Answers arrive in real time: everything asked before this point has been answered by now.
    await page.evaluate(async () => void (await fetch('/livez')));
  }
  // 5, 10, 20 and 40 seconds, then every minute: 13 in ten minutes, where it was 120.
  assert.ok(asked >= 8 && asked <= 16, `asked ${asked} times`);
});

test('with the development defaults every application is shown as emulated', options, async () => {
  await using service = await openService();
  await using opened = await openConsole(browser(), service.url, { address: '#/applications' });
  const { page } = opened;
  await page.getByText('Live · service with emulated gateways').waitFor();
  assert.deepEqual(
    (await channelsOn(page)).map((text) => text.replace(/\s+/g, ' ')),
    ['every application EMULATED'],
  );
});
