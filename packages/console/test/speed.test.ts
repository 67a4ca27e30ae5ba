// How much the page loads, and how often it is drawn. How long its tasks take is measured by `npm run bench -- console`.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { DRAWN_EVERY_MS } from '../src/live.ts';
import { browserOfThisFile, noBrowser, openConsole } from './browser.ts';
import { openCrowd, openScene } from './scene.ts';

const browser = browserOfThisFile();

test('the script is under 60 KB gzipped', () => {
  const folder = fileURLToPath(new URL('../dist/assets', import.meta.url));
  const bytes = globSync('*.js', { cwd: folder }).map(
    (name) => gzipSync(readFileSync(join(folder, name))).length,
  );
  const total = bytes.reduce((sum, one) => sum + one, 0);
  assert.ok(total > 0 && total < 60_000, `${total} bytes`);
});

/** Counts the page's drawings: an observer is called once for all changes of one task. */
interface Counting {
  drawings: number;
  beganAt: number;
}

test('pushes that arrive quickly are drawn together', { skip: noBrowser }, async () => {
  await using scene = await openScene();
  await using opened = await openConsole(browser(), scene.url);
  const { page } = opened;
  const say = await openCrowd(scene);
  await page.evaluate(() => {
    const counting: Counting = { drawings: 0, beganAt: performance.now() };
    Object.assign(globalThis, { counting });
    const observer = new MutationObserver(() => (counting.drawings += 1));
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  // 300 pushes, each with two events of the stream.
  await Promise.all(Array.from({ length: 30 }, (_, n) => say(n)));
  await page.getByRole('heading', { name: 'Requests 300' }).waitFor();
  const { drawings, tookMs } = await page.evaluate(() => {
    const { counting } = globalThis as unknown as { counting: Counting };
    return { drawings: counting.drawings, tookMs: performance.now() - counting.beganAt };
  });
  // Ten more for what is drawn without an event: a clock, the state of a button.
  const most = 10 + tookMs / DRAWN_EVERY_MS;
  assert.ok(drawings > 0 && drawings <= most, `drawn ${drawings} times in ${tookMs} ms`);
});
