// Every view, light and dark, narrow and wide: nothing that keeps a person from using it, and nothing wider than the window.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DEVELOPMENT_ACCESS } from '../src/service.ts';
import { seriousFaults } from './accessibility.ts';
import { browserOfThisFile, noBrowser, openConsole } from './browser.ts';
import { openHistory } from './history.ts';
import type { Scene } from './scene.ts';

const options = { skip: noBrowser };
const browser = browserOfThisFile();

let scene: Scene;
before(async () => {
  scene = await openHistory();
});
after(() => scene[Symbol.asyncDispose]());

/** Stands for an undelivered delivery, opened. */
const DELIVERY = 'a delivery';

const ADDRESSES = [
  '#/phones',
  '#/contacts/gone',
  '#/contacts/doubted',
  '#/deliveries',
  '#/deliveries?status=undelivered',
  DELIVERY,
  '#/applications',
  '#/health',
  '#/health/ChatpushChannelClosed',
  '#/faults',
  '#/search/a',
  '#/requests/1',
];

async function openedDelivery(): Promise<string> {
  const { deliveries } = await scene.client.listDeliveries({
    instanceId: DEVELOPMENT_ACCESS.instanceId,
    status: 'undelivered',
    maxResults: 1,
  });
  return `#/deliveries/${deliveries[0]!.deliveryId}`;
}

for (const colorScheme of ['light', 'dark'] as const)
  for (const width of [375, 1440])
    test(`axe finds nothing serious on any view, ${colorScheme}, ${width} pixels wide`, options, async () => {
      await using opened = await openConsole(browser(), scene.url, {
        width,
        colorScheme,
        reducedMotion: 'reduce',
      });
      const { page } = opened;
      for (const address of ADDRESSES) {
        await page.goto(`${scene.url}/console/${address === DELIVERY ? await openedDelivery() : address}`);
        for (const text of ['Loading…', 'Searching…'])
          for (const one of await page.getByText(text).all()) await one.waitFor({ state: 'detached' });
        assert.deepEqual(await seriousFaults(page), [], address);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `${address} is ${overflow} pixels wider than the window`);
      }
    });
