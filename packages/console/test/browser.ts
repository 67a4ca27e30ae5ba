// A real Chromium for the page's tests: Debian's, or the one at CHATPUSH_CHROMIUM.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before } from 'node:test';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { buildConsole } from '../../../scripts/build-console.ts';

export const EXECUTABLE = process.env['CHATPUSH_CHROMIUM'] ?? '/usr/bin/chromium';

/** Why browser tests are skipped; false if they run. */
export const noBrowser: string | false =
  !existsSync(EXECUTABLE) &&
  `there is no Chromium at ${EXECUTABLE}; set CHATPUSH_CHROMIUM to the path of another`;

/**
 * Turns off the browser's own background traffic, so that it talks only to the page's server. Chromium has no sandbox as root.
 */
export const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Look {
  width?: number;
  height?: number;
  colorScheme?: 'light' | 'dark';
  /** The view as `#/…`; by default the phones. */
  address?: string;
  /** The key to sign in with, if the page asks for it. */
  key?: { id: string; secret: string };
  reducedMotion?: 'reduce' | 'no-preference';
}

export interface OpenPage {
  page: Page;
  /** Problems in the page: uncaught errors, error lines of the browser console, requests to other hosts. */
  problems: string[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** One browser for all tests of a file, and the page built from the current sources. */
export function browserOfThisFile(): () => Browser {
  let browser: Browser | undefined;
  before(async () => {
    await buildConsole();
    if (!noBrowser) browser = await chromium.launch({ executablePath: EXECUTABLE, args: ARGUMENTS });
  });
  after(() => browser?.close());
  return () => browser ?? assert.fail('the browser starts only when the tests begin');
}

/** Fills in and submits the sign-in form. */
export async function signIn(page: Page, { id, secret }: { id: string; secret: string }): Promise<void> {
  await page.getByRole('textbox', { name: 'Access key ID' }).fill(id);
  await page.getByLabel('Secret').fill(secret);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Opens the console and waits until it is live. */
export async function openConsole(
  browser: Browser,
  url: string,
  {
    width = 1280,
    height = 900,
    colorScheme = 'light',
    reducedMotion = 'no-preference',
    address = '',
    key,
  }: Look = {},
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, reducedMotion });
  // A busy machine took longer than Playwright's 30 seconds.
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.stack ?? error.message));
  page.on('console', (line) => {
    if (line.type() === 'error' || line.type() === 'warning') problems.push(line.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) problems.push(`the page asked ${request.url()}`);
  });
  await page.goto(`${url}/console/${address}`);
  if (key !== undefined) await signIn(page, key);
  await page.locator('.connection[data-connection=live]').waitFor();
  return { page, problems, [Symbol.asyncDispose]: () => context.close() };
}

/** Presses Escape and waits until the address no longer names the dialog; that follows a moment after it has disappeared. */
export async function closeDialog(page: Page): Promise<void> {
  const address = page.url();
  await page.keyboard.press('Escape');
  await page.waitForURL((url) => url.href !== address);
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

/** Waits for what a push makes visible. If it does not come, the error says what the page shows instead. */
export async function seen(locator: Locator): Promise<void> {
  try {
    await locator.waitFor();
  } catch (error) {
    const shown = await locator.page().locator('body').innerText();
    throw new Error(`${(error as Error).message}\nThe page shows:\n${shown}`, { cause: error });
  }
}
