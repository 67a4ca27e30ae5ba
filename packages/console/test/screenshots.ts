// npm run screenshots takes the pictures in README and docs from a real service with a real browser. With a folder as argument it
// takes every view, light and dark, wide and narrow, for review after a change.
import { mkdir } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import { openConsole, ARGUMENTS, EXECUTABLE, type Look } from './browser.ts';
import { openScene, type Scene } from './scene.ts';

const token = (n: number): string => n.toString(16).padStart(2, '0').repeat(32);

/** A chat about a delivery, on two phones. */
async function playParcel({ register, say, settled }: Scene): Promise<void> {
  await register('order-4711', token(0xa1));
  await register('order-4711', 'cR8:APA91bHun4MxP5egoKMwt2KZFBaFUH-1RYqx', 'GCM');
  await say('order-4711', 'm-1', 'Good morning! Your parcel left our warehouse today.');
  await settled('order-4711', 'accepted', 2);
  await say('order-4711', 'm-2', 'It arrives tomorrow between 9 and 12.');
  await settled('order-4711', 'accepted', 4);
}

/** An uninstalled app, and a device token that the gateway does not know. */
async function playTrouble({ emulator, register, say, settled }: Scene): Promise<void> {
  await register('order-4712', token(0xb2));
  await say('order-4712', 'n-1', 'Could you send us a picture of the label?');
  await settled('order-4712', 'accepted');
  emulator.phone(token(0xb2)).uninstall();
  await say('order-4712', 'n-2', 'Thank you, we look into it.');
  await settled('order-4712', 'rejected');
  await register('order-4713', token(0xc3));
  emulator.faults.set([
    { gateway: 'apns', fault: 'http', status: 400, reason: 'BadDeviceToken', deviceToken: token(0xc3) },
  ]);
  await say('order-4713', 'o-1', 'Hello, how can I help you?');
  await settled('order-4713', 'rejected');
  await say('order-4713', 'o-2', 'Are you still there?');
}

const VIEWS: Readonly<Record<string, string>> = {
  phones: '#/phones',
  contact: '#/contacts/order-4712',
  suspended: '#/contacts/order-4713',
  deliveries: '#/deliveries',
  undelivered: '#/deliveries?status=undelivered',
  applications: '#/applications',
  health: '#/health',
  faults: '#/faults',
  search: '#/search/order',
};

const LOOKS: readonly Look[] = [
  { width: 1440, height: 900, colorScheme: 'light' },
  { width: 1440, height: 900, colorScheme: 'dark' },
  { width: 375, height: 812, colorScheme: 'light' },
  { width: 375, height: 812, colorScheme: 'dark' },
];

/** Waits until animations and requests have finished. */
const REST_MS = 1_500;

await using scene = await openScene();
const browser = await chromium.launch({ executablePath: EXECUTABLE, args: ARGUMENTS });
const [folder] = process.argv.slice(2);
if (folder === undefined) {
  await using opened = await openConsole(browser, scene.url, { width: 1280, height: 760 });
  const { page } = opened;
  await playParcel(scene);
  await page.waitForTimeout(REST_MS);
  await page.screenshot({ path: 'docs/phones.png' });
  await playTrouble(scene);
  await page.goto(`${scene.url}/console/${VIEWS['contact']}`);
  await page.waitForTimeout(REST_MS);
  await page.screenshot({ path: 'docs/contact.png' });
} else {
  await mkdir(folder, { recursive: true });
  await playParcel(scene);
  await playTrouble(scene);
  for (const look of LOOKS) {
    await using opened = await openConsole(browser, scene.url, look);
    const { page } = opened;
    for (const [name, address] of Object.entries(VIEWS)) {
      await page.goto(`${scene.url}/console/${address}`);
      await page.waitForTimeout(REST_MS);
      const path = `${folder}/${name}-${look.width}-${look.colorScheme}.png`;
      await page.screenshot({ path, fullPage: look.width === 375 });
    }
  }
}
await browser.close();
