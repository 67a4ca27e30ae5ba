// Runs axe-core on a page: its serious and critical findings, with their elements.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import type Axe from 'axe-core';

declare global {
  /** Defined by the axe-core source in the page. */
  var axe: typeof Axe;
}

const SOURCE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The violated rules, each with its elements; empty if there is no serious finding. */
export async function seriousFaults(page: Page): Promise<string[]> {
  // Playwright evaluates through the debugger, which the page's Content-Security-Policy does not restrict.
  await page.evaluate(SOURCE);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' · ')}`);
}
