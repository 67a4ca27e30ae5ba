// The deliveries of an instance: a failed push is found, replayed and shown on the phone; a waiting one is withdrawn.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { hrefOf, parseAddress, type Address } from '../src/address.ts';
import { scaleFor } from '../src/views/deliveries/scale.ts';
import { seriousFaults } from './accessibility.ts';
import { browserOfThisFile, closeDialog, noBrowser, openConsole } from './browser.ts';
import { openScene, type Scene } from './scene.ts';

const options = { skip: noBrowser };
const browser = browserOfThisFile();
const HOSTILE = `<img src=x onerror="document.title='owned'">`;
const WELL = 'a1'.repeat(32);
const FAILED = 'b2'.repeat(32);
const WAITING = 'd4:APA91bWaiting';

let scene: Scene;
before(async () => {
  scene = await openScene();
  const { emulator, register, say, settled } = scene;
  await register('well', WELL);
  await say('well', 'well-1', 'Hello');
  await settled('well', 'accepted');
  emulator.faults.set([
    { gateway: 'apns', fault: 'http', status: 413, reason: 'PayloadTooLarge', deviceToken: FAILED },
    { gateway: 'fcm', fault: 'http', status: 503 },
  ]);
  await register('failed', FAILED);
  await say('failed', 'failed-1', 'Your parcel is here');
  await settled('failed', 'rejected');
  await register('waiting', WAITING, 'GCM');
  await say('waiting', 'waiting-1', 'Are you there?');
  await register(HOSTILE, 'e5'.repeat(32));
  await say(HOSTILE, HOSTILE, HOSTILE);
  await settled(HOSTILE, 'accepted');
  emulator.faults.set([{ gateway: 'fcm', fault: 'http', status: 503 }]);
});
after(() => scene[Symbol.asyncDispose]());

const rowOf = (page: Page, contactId: string) =>
  page.getByRole('row').filter({ has: page.getByRole('link', { name: contactId, exact: true }) });

test('a failed push is found under "Not delivered", replayed, and shown on the phone', options, async () => {
  await using opened = await openConsole(browser(), scene.url, { address: '#/deliveries' });
  const { page } = opened;
  await rowOf(page, 'well').getByText('Accepted', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'Not delivered', exact: true }).click();
  assert.match(page.url(), /#\/deliveries\?status=undelivered$/);
  const row = rowOf(page, 'failed');
  await row.getByText('Refused', { exact: true }).waitFor();
  await rowOf(page, 'well').waitFor({ state: 'detached' });
  await row.getByText('PayloadTooLarge', { exact: true }).waitFor();
  await row.getByRole('button', { name: 'Replay message failed-1' }).click();
  await row.waitFor({ state: 'detached' });
  const [notification, ...others] = await scene.emulator
    .phone(FAILED)
    .waitFor({ contains: 'Your parcel is here' });
  assert.ok(notification && others.length === 0);
  await page.getByRole('link', { name: 'All', exact: true }).click();
  await row.getByText('Accepted', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'Phones' }).click();
  await page.getByText('Your parcel is here').first().waitFor();
  assert.deepEqual(opened.problems, []);
});

test(
  'a delivery opened by keyboard shows its attempts and the reason; after withdrawal it is never pushed',
  options,
  async () => {
    await using opened = await openConsole(browser(), scene.url, { address: '#/deliveries?status=queued' });
    const { page } = opened;
    const row = rowOf(page, 'waiting');
    await row.getByRole('link').first().focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Delivery' });
    await dialog.getByText('fcm (emulated): rejected, 503').first().waitFor();
    await dialog.getByText('Waiting until').waitFor();
    const address = page.url();
    await dialog.getByRole('button', { name: 'Withdraw message waiting-1' }).focus();
    await page.keyboard.press('Enter');
    await dialog.getByText('A call of WithdrawDelivery withdrew the delivery.').waitFor();
    assert.equal(await dialog.getByRole('button', { name: /Withdraw|Replay/ }).count(), 0);
    await closeDialog(page);
    await row.waitFor({ state: 'detached' });
    await page.goto(address);
    await dialog.getByText('Withdrawn', { exact: true }).waitFor();
    scene.emulator.faults.clear();
    assert.equal(scene.emulator.phone(WAITING).notifications.length, 0);
    assert.deepEqual(opened.problems, []);
  },
);

test('a delivery is found by its id, in the address and by search', options, async () => {
  const { deliveries } = await scene.client.listDeliveries({
    instanceId: '11111111-2222-3333-4444-555555555555',
    contactId: 'well',
  });
  await using opened = await openConsole(browser(), scene.url);
  await opened.page.keyboard.press('/');
  await opened.page.keyboard.type(deliveries[0]!.deliveryId);
  await opened.page.keyboard.press('Enter');
  const dialog = opened.page.getByRole('dialog', { name: 'Delivery' });
  await dialog.getByText('well-1').waitFor();
});

for (const colorScheme of ['light', 'dark'] as const)
  for (const width of [375, 1440])
    test(`axe finds nothing serious and nothing overflows, ${colorScheme}, ${width}`, options, async () => {
      await using opened = await openConsole(browser(), scene.url, {
        colorScheme,
        width,
        address: '#/deliveries',
      });
      const { page } = opened;
      await rowOf(page, 'well').waitFor();
      for (const open of [false, true]) {
        if (open) await rowOf(page, 'well').getByRole('link').first().click();
        if (open) await page.getByRole('dialog', { name: 'Delivery' }).getByText('well-1').waitFor();
        assert.deepEqual(await seriousFaults(page), []);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `${overflow} pixels wider than the window`);
      }
    });

test('hostile input stays text in the list, the filters and the open delivery', options, async () => {
  await using opened = await openConsole(browser(), scene.url, {
    address: `#/deliveries?reason=${encodeURIComponent(HOSTILE)}&application=${encodeURIComponent(HOSTILE)}`,
  });
  const { page } = opened;
  await page.getByText('No deliveries match in the last 7 days.').waitFor();
  await page.goto(`${scene.url}/console/#/deliveries`);
  await rowOf(page, HOSTILE).getByRole('link').first().click();
  await page.getByRole('dialog', { name: 'Delivery' }).getByText(HOSTILE).first().waitFor();
  await page.goto(`${scene.url}/console/#/deliveries/${encodeURIComponent(HOSTILE)}`);
  await page.getByText('The instance has no delivery').waitFor();
  assert.equal(await page.locator('img:not([src="./icon.svg"])').count(), 0);
  assert.doesNotMatch(await page.title(), /^owned/);
});

test('every filter is part of the address', () => {
  const address: Address = {
    view: 'deliveries',
    deliveryId: 'd/1',
    instanceId: 'i 1',
    status: 'undelivered',
    reason: 'a&b',
    applicationArn: 'arn:aws:mobiletargeting:::apps/a',
    deviceType: 'GCM',
    from: '2026-11-22T19:00:00.000Z',
    to: '2026-11-22T20:00:00.000Z',
  };
  assert.deepEqual(parseAddress(hrefOf(address)), address);
});

test('the scale of the chart is the next 1, 2 or 5', () => {
  assert.deepEqual([0, 1, 2, 3, 7, 11, 480, 1_000].map(scaleFor), [1, 1, 2, 5, 10, 20, 500, 1_000]);
});
