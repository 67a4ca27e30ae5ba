// The page by keyboard alone, on a narrow screen, in dark mode, under too much data, and after an outage.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startEmulator } from '@chatpush/emulator';
import { browserOfThisFile, noBrowser, openConsole, type Look } from './browser.ts';
import { alert, IPHONE, openSender } from './push.ts';

const options = { skip: noBrowser };
const browser = browserOfThisFile();

test('a notification opens by keyboard alone, and Esc returns the focus', options, async () => {
  await using emulator = await startEmulator();
  await using sender = openSender(emulator);
  await using opened = await openConsole(browser(), emulator.url);
  const { page } = opened;
  await sender.push(IPHONE, alert('Ana', 'Hello'));
  const card = page.getByRole('button', { name: 'Hello' });
  await card.waitFor();
  const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.className ?? '');
  for (let presses = 0; presses < 12 && (await focused()) !== 'card'; presses += 1) {
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

test('a silent push is marked on its phone, live and after a reload', options, async () => {
  await using emulator = await startEmulator();
  await using sender = openSender(emulator);
  await using opened = await openConsole(browser(), emulator.url);
  const { page } = opened;
  const background = { 'apns-push-type': 'background', 'apns-priority': '5' };
  await sender.push(IPHONE, { aps: { 'content-available': 1 }, refresh: 'all' }, background);
  await page.getByRole('article').getByRole('button', { name: '1 silent push, now' }).waitFor();
  await sender.push(IPHONE, alert('Ana', 'Hello'));
  await sender.push(IPHONE, { aps: { 'content-available': 1 } }, background);
  await page.getByRole('button', { name: '2 silent pushes, now' }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: '2 silent pushes, now' }).click();
  await page.getByRole('dialog', { name: 'Notification 3 of 3' }).getByText('"content-available"').waitFor();
  assert.deepEqual(opened.problems, []);
});

test('at 375 pixels nothing overflows the page', options, async () => {
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

// Regression: the row kept the phone it had snapped to, and a new one appeared out of view on the left.
test(
  'at 375 pixels the newest phone is visible, unless the user has swiped to another',
  options,
  async () => {
    await using emulator = await startEmulator();
    await using sender = openSender(emulator);
    await using opened = await openConsole(browser(), emulator.url, { width: 375 });
    const { page } = opened;
    const add = async (n: number): Promise<{ left: number; right: number }> => {
      await sender.push(n.toString(16).padStart(64, '0'), alert('Ana', `phone ${n} rings`));
      const card = page.getByRole('button', { name: `phone ${n} rings` });
      await card.waitFor();
      await drawn();
      const { x = 0, width = 0 } = (await page.getByRole('article').first().boundingBox()) ?? {};
      return { left: x, right: x + width };
    };
    const drawn = (): Promise<void> =>
      page.evaluate(
        () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))),
      );
    for (let n = 1; n <= 4; n += 1) {
      const { left, right } = await add(n);
      assert.ok(left >= 0 && right <= 375, `phone ${n} is from ${left} to ${right}`);
    }
    await page.locator('.phone-grid').evaluate((row) => row.scrollTo({ left: 560 }));
    await drawn();
    assert.ok((await add(5)).right < 0, 'the row stays at the phone that the user swiped to');
  },
);

test('a very long title leaves the next notification visible', options, async () => {
  await using emulator = await startEmulator();
  await using sender = openSender(emulator);
  await using opened = await openConsole(browser(), emulator.url);
  const long = 'word '.repeat(200);
  await sender.push(IPHONE, { aps: { alert: { title: long, subtitle: long, body: long } } });
  const lines = async (selector: string): Promise<number> =>
    await opened.page.locator(`.card ${selector}`).evaluate((element) => {
      const { lineHeight } = getComputedStyle(element);
      return Math.round(element.getBoundingClientRect().height / Number.parseFloat(lineHeight));
    });
  assert.deepEqual([await lines('strong'), await lines('em'), await lines('.body')], [2, 1, 4]);
});

test('colours and motion follow the preferences of the user', options, async () => {
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

test('what the page does not draw is counted', options, async () => {
  await using emulator = await startEmulator();
  await using sender = openSender(emulator);
  await using opened = await openConsole(browser(), emulator.url);
  const { page } = opened;
  for (let n = 0; n < 40; n += 1) {
    await sender.push(n.toString(16).padStart(64, '0'), alert('Ana', `phone ${n}`));
  }
  await Promise.all(
    Array.from({ length: 1000 }, (_, n) => sender.push(IPHONE, alert('Ana', `message ${n}`))),
  );
  await page.getByText('36 of 41 phones.').waitFor();
  await page.getByRole('button', { name: 'Show more' }).click();
  await page.getByRole('article').nth(40).waitFor();
  await page.getByRole('button', { name: '1000 received' }).waitFor();
  await page.getByText('and 970 older').waitFor();
  await page.getByText('The newest 200').waitFor();
  await page.getByRole('heading', { name: 'Requests 1,040' }).waitFor();
  assert.deepEqual(opened.problems, []);
});

test(
  'a failed action far down the page shows its error in view until the emulator is back',
  options,
  async () => {
    const first = await startEmulator();
    await using opened = await openConsole(browser(), first.url, { height: 500 });
    const { page } = opened;
    await using sender = openSender(first);
    await sender.push(IPHONE, alert('Ana', 'Hello'));
    const off = page.getByRole('button', { name: 'Switch off' });
    await off.scrollIntoViewIfNeeded();
    await first.close();
    await page.getByText('Connection lost').waitFor();
    await off.click();
    const said = page.getByRole('alert');
    await said.getByText('The emulator does not answer.').waitFor();
    const { y, height } = (await said.boundingBox()) ?? assert.fail('the message is not rendered');
    assert.ok(y >= 0 && y + height <= 500, `the message spans ${y} to ${y + height}`);
    assert.ok((await page.evaluate(() => scrollY)) > 100, 'the page is scrolled down');
    await using _next = await startEmulator({ port: Number(new URL(first.url).port) });
    await page.getByText('Live').waitFor();
    await said.waitFor({ state: 'detached' });
  },
);

test('a page continues with a restarted emulator', options, async () => {
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
