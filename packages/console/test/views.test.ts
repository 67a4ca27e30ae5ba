// Every view by its address: what happened to a contact is found and explained.
import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { DEVELOPMENT_ACCESS } from '../src/service.ts';
import { browserOfThisFile, closeDialog, noBrowser, openConsole } from './browser.ts';
import { HOSTILE, openHistory } from './history.ts';
import type { Scene } from './scene.ts';

const options = { skip: noBrowser };
const browser = browserOfThisFile();

let scene: Scene;
before(async () => {
  scene = await openHistory();
});
after(() => scene[Symbol.asyncDispose]());

/** Searches by keyboard alone. */
async function search(page: Page, text: string): Promise<void> {
  await page.keyboard.press('/');
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}

test(
  'a contact with an uninstalled app is found with / and its id, and the page says why it got nothing',
  options,
  async () => {
    await using opened = await openConsole(browser(), scene.url);
    const { page } = opened;
    await search(page, 'gone');
    await page.getByRole('heading', { name: 'Contact', exact: true }).waitFor();
    await page
      .getByText('Newest message: refused by the gateway. The app was removed from this device')
      .waitFor();
    const message = page.getByRole('region', { name: 'Messages' });
    await message.getByText('apns (emulated): rejected, 410 Unregistered').waitFor();
    await message.getByText('How to fix it: get a new token from the app').waitFor();
    assert.equal(await page.title(), 'Contact gone · chatpush');
    assert.deepEqual(opened.problems, []);
  },
);

test('a registration is found by its id, and leads to its contact', options, async () => {
  await using opened = await openConsole(browser(), scene.url);
  const { page } = opened;
  const { registrations } = await scene.client.listPushNotificationRegistrations({
    instanceId: DEVELOPMENT_ACCESS.instanceId,
    contactId: 'doubted',
  });
  const [{ registrationId } = { registrationId: '' }] = registrations;
  await search(page, registrationId);
  await page.getByRole('heading', { name: 'Contact', exact: true }).waitFor();
  const devices = page.getByRole('region', { name: 'Registrations' });
  await devices.getByText(registrationId).waitFor();
  assert.equal(await page.title(), 'Contact doubted · chatpush');
});

test('an expired push is found by its contact and explained', options, async () => {
  await using opened = await openConsole(browser(), scene.url);
  await search(opened.page, 'late');
  await opened.page
    .getByRole('region', { name: 'Messages' })
    .getByText('The message was too old to be worth a push.')
    .waitFor();
});

test('a suspended device is found by the id of a refused message', options, async () => {
  await using opened = await openConsole(browser(), scene.url);
  const { page } = opened;
  await search(page, 'doubted-1');
  await page.getByRole('link', { name: 'Contact doubted' }).click();
  const devices = page.getByRole('region', { name: 'Registrations' });
  await devices.getByText('Suspended', { exact: true }).waitFor();
  await devices.getByText('The gateway rejected its token.').waitFor();
});

test('a refused request opens with headers, payload and the gateway’s answer', options, async () => {
  await using opened = await openConsole(browser(), scene.url);
  const { page } = opened;
  await page.getByRole('link', { name: '410 Unregistered' }).click();
  const dialog = page.getByRole('dialog', { name: /Request \d+/ });
  await dialog.getByText('"reason": "Unregistered"').waitFor();
  await dialog.getByRole('tab', { name: 'Payload' }).click();
  await dialog.getByText('"initialContactId": "gone"').waitFor();
  await dialog.getByRole('tab', { name: 'Headers' }).click();
  await dialog.getByRole('row', { name: 'apns-push-type alert' }).waitFor();
  const address = page.url();
  await closeDialog(page);
  // The address alone opens it again.
  await page.goto(address);
  await dialog.getByText('"reason": "Unregistered"').waitFor();
  await dialog.getByRole('link', { name: 'gone' }).click();
  await page.getByRole('heading', { name: 'Contact', exact: true }).waitFor();
});

test(
  'an unknown contact is reported as unknown, and a wrong key is refused with a message',
  options,
  async () => {
    await using opened = await openConsole(browser(), scene.url, { address: '#/contacts/nobody' });
    const { page } = opened;
    await page.getByText('The service knows no contact nobody').waitFor();
    await page.getByText('Key, instance, application').click();
    await page.getByLabel('Secret').fill('another');
    await page
      .getByRole('alert')
      .getByText(/signature/i)
      .waitFor();
  },
);

test('an open contact is updated live', options, async () => {
  await using opened = await openConsole(browser(), scene.url, { address: '#/contacts/live-1' });
  const { page } = opened;
  await page.getByText('The service knows no contact live-1').waitFor();
  await scene.register('live-1', 'f6'.repeat(32));
  await scene.say('live-1', 'live-m1', 'Hello');
  await page.getByText('One device is registered. Newest message: accepted by the gateway.').waitFor();
});

test('by keyboard alone a visitor registers a phone, writes to it and reads its log', options, async () => {
  await using opened = await openConsole(browser(), scene.url);
  const { page } = opened;
  const { keyboard } = page;
  const tabTo = async (name: string): Promise<void> => {
    for (let presses = 0; presses < 120; presses += 1) {
      await keyboard.press('Tab');
      const label = await page.evaluate(() => {
        const focused = document.activeElement;
        return focused instanceof HTMLInputElement
          ? [...(focused.labels ?? [])].map(({ textContent }) => textContent).join()
          : (focused?.textContent ?? '');
      });
      if (label.trim() === name) return;
    }
    assert.fail(`Tab never reaches ${name}`);
  };
  await tabTo('Contact');
  await keyboard.press('ControlOrMeta+A');
  await keyboard.type('by-keyboard');
  await keyboard.press('Enter');
  await page.getByText('is registered for by-keyboard').waitFor();
  await tabTo('Message');
  await keyboard.press('ControlOrMeta+A');
  await keyboard.type('Typed, not clicked');
  await keyboard.press('Enter');
  await page.getByRole('article').getByRole('button', { name: 'Typed, not clicked' }).waitFor();
  // Leave the field first: `/` would be a character in it.
  await keyboard.press('Tab');
  await search(page, 'by-keyboard');
  await page.getByText('Newest message: accepted by the gateway.').waitFor();
  assert.deepEqual(opened.problems, []);
});

test(
  'health shows gateways with their figures, and a banner while a channel cannot send',
  options,
  async () => {
    await using opened = await openConsole(browser(), scene.url, { address: '#/health' });
    const { page } = opened;
    await page.getByRole('row', { name: /apns \(emulated\).*Unregistered/ }).waitFor();
    await page.route('**/metrics', (route) =>
      route.fulfill({
        body: 'chatpush_channel_closed{application="arn:apps/bank",channel="APNS",cause="connection"} 1\n',
      }),
    );
    await page
      .getByRole('alert')
      .getByText('bank APNS is not sending: its gateway cannot be reached')
      .waitFor();
    // The section of the guide has its own address.
    await page.getByRole('link', { name: 'What to do' }).click();
    await page
      .getByRole('region', { name: 'What to do' })
      .getByText('A channel has not been able to send for five minutes.')
      .waitFor();
    assert.match(page.url(), /#\/health\/ChatpushChannelClosed$/);
    assert.deepEqual(opened.problems, []);
  },
);

test(
  'a preview shows what phones would receive for every kind of message, and sends nothing',
  options,
  async () => {
    await using opened = await openConsole(browser(), scene.url, { address: '#/applications' });
    const { page } = opened;
    const requestsBefore = scene.emulator.requests.total;
    const preview = page.getByRole('region', { name: 'Preview' });
    const iphone = preview.getByRole('article', { name: 'Preview for APNS, APNS_SANDBOX' });
    const android = preview.getByRole('article', { name: 'Preview for GCM' });
    for (const phone of [iphone, android])
      await phone.getByRole('list').getByText('Hello, how can I help you?').waitFor();
    await iphone.locator('pre').getByText('"mutable-content"').waitFor();
    await android.locator('pre').getByText('"priority"').waitFor();
    for (const [kind, shown] of [
      ['Markdown', 'Good news: your parcel arrives tomorrow.'],
      ['List picker', 'Which order is it about?'],
      ['Attachment', 'sent a file: label.png'],
      ['JSON for the app', 'You have a new message'],
    ] as const) {
      await preview.getByLabel('Kind').selectOption(kind);
      for (const phone of [iphone, android]) await phone.getByRole('list').getByText(shown).waitFor();
    }
    await preview.getByLabel('Kind').selectOption('Text');
    await preview.getByLabel('Content', { exact: true }).fill(HOSTILE);
    await iphone.getByRole('list').getByText(HOSTILE).waitFor();
    assert.equal(await preview.locator('img').count(), 0);
    await preview.getByLabel('Written by').selectOption('Customer');
    await preview.getByText('No push. The customer wrote this message.').waitFor();
    assert.equal(scene.emulator.requests.total, requestsBefore);
    assert.deepEqual(opened.problems, []);
  },
);

test('the health view lists the live nodes', options, async () => {
  await using opened = await openConsole(browser(), scene.url, { address: '#/health' });
  const nodes = opened.page.getByRole('region', { name: /^Nodes \d/ });
  await nodes
    .getByRole('row', { name: new RegExp(hostname()) })
    .getByText(`process ${process.pid}`)
    .waitFor();
  assert.deepEqual(opened.problems, []);
});

test('hostile input stays text in every view', options, async () => {
  const encoded = encodeURIComponent(HOSTILE);
  await using opened = await openConsole(browser(), scene.url);
  const { page } = opened;
  for (const [address, shown] of [
    ['#/phones', HOSTILE],
    [`#/phones?find=${encoded}`, HOSTILE],
    [`#/contacts/${encoded}`, HOSTILE],
    [`#/contacts/nobody-${encoded}`, `nobody-${HOSTILE}`],
    [`#/search/${encoded}`, HOSTILE],
    [`#/phones/${'e5'.repeat(32)}/1`, 'onerror'],
  ] as const) {
    await page.goto(`${scene.url}/console/${address}`);
    await page.getByText(shown).first().waitFor();
    assert.equal(await page.locator('img:not([src="./icon.svg"])').count(), 0, address);
    assert.doesNotMatch(await page.title(), /^owned/);
  }
  // An unknown contact is a 404, which the browser logs.
  const problems = opened.problems.filter((problem) => !problem.includes('404'));
  assert.deepEqual(problems, []);
});
