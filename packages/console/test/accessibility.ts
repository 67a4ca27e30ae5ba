// axe-core's verdict on a page: what it calls serious or critical, with where it is.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import type Axe from 'axe-core';

declare global {
  /** Made by the source of axe-core within the page. */
  var axe: typeof Axe;
}

const SOURCE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Rules that are broken, each with the elements that break it; empty where nothing is serious. */
export async function seriousFaults(page: Page): Promise<string[]> {
  // Playwright evaluates by the debugger, which the page's Content-Security-Policy does not hold back.
  await page.evaluate(SOURCE);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' · ')}`);
}
