// The page under other circumstances: by keyboard alone, on a narrow screen, in the dark, with too much, after a fall.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startEmulator } from '@chatpush/emulator';
import { browserOfThisFile, noBrowser, openConsole, type Look } from './browser.ts';
import { alert, IPHONE, openSender } from './push.ts';

const options = { skip: noBrowser };
const browser = browserOfThisFile();

test('the keyboard alone reaches a notification, and Esc gives the focus back', options, async () => {
  await using emulator = await startEmulator();
  await using sender = openSender(emulator);
  await using opened = await openConsole(browser(), emulator.url);
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
  await using opened = await openConsole(browser(), emulator.url, { width: 375 });
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
    await using opened = await openConsole(browser(), emulator.url, look);
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

test('more than the page draws is counted, never left out in silence', options, async () => {
  await using emulator = await startEmulator();
  await using sender = openSender(emulator);
  await using opened = await openConsole(browser(), emulator.url);
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
  await using opened = await openConsole(browser(), first.url);
  const { page } = opened;
  await first.close();
  await page.getByText('Connection lost').waitFor();
  await using next = await startEmulator({ port: Number(new URL(first.url).port) });
  await using sender = openSender(next);
  await sender.push(IPHONE, alert('Ana', 'while nobody looked'));
  await page.getByRole('button', { name: 'while nobody looked' }).waitFor();
  await page.getByText('Live').waitFor();
});
