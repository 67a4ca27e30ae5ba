// The page beside the whole service: from nothing to a lit phone without leaving it.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { readConfig, startService } from 'chatpush';
import { browserOfThisFile, noBrowser, openConsole } from './browser.ts';

const options = { skip: noBrowser };
const browser = browserOfThisFile();

async function openService() {
  const folder = await mkdtemp(join(tmpdir(), 'chatpush-console-'));
  const config = readConfig({ CHATPUSH_PORT: '0', CHATPUSH_STORE: `sqlite:${join(folder, 'page.db')}` });
  const service = await startService(config, { logLevel: 'silent' });
  return {
    url: service.url,
    async [Symbol.asyncDispose]() {
      await service.stop();
      await rm(folder, { recursive: true });
    },
  };
}

test('a visitor registers a phone, writes as agent, bot and system, and it lights up', options, async () => {
  await using service = await openService();
  await using opened = await openConsole(browser(), service.url);
  const { page } = opened;
  for (const phone of ['a new iPhone', 'a new Android phone']) {
    await page.getByRole('combobox', { name: 'Phone', exact: true }).selectOption({ label: phone });
    await page.getByRole('button', { name: 'Register' }).click();
    const said = phone.includes('Android') ? /Android .* is registered/ : /iPhone .* is registered/;
    await page.getByText(said).waitFor();
  }
  const write = page.getByRole('region', { name: 'Write' });
  for (const as of ['Agent', 'Bot', 'System']) {
    await write.getByLabel(as).check();
    await write.getByRole('textbox', { name: 'Message' }).fill(`Hello from ${as}`);
    await write.getByRole('button', { name: 'Send' }).click();
    const cards = page.getByRole('article').getByRole('button', { name: `Hello from ${as}` });
    await cards.nth(1).waitFor();
    const became = write.getByRole('listitem').first();
    await became.getByText(/accepted in .* for 2 phones(.*lit up after){2}/).waitFor();
  }
  assert.deepEqual(opened.problems, []);
});

test('what makes no push is said with its reason', options, async () => {
  await using service = await openService();
  await using opened = await openConsole(browser(), service.url);
  const write = opened.page.getByRole('region', { name: 'Write' });
  await write.getByLabel('To contact').fill('nobody-registered');
  await write.getByRole('button', { name: 'Send' }).click();
  await write.getByText('no push: contact-unknown').waitFor();
});

test('a key that is not good is refused, in the service’s words', options, async () => {
  await using service = await openService();
  await using opened = await openConsole(browser(), service.url);
  const { page } = opened;
  await page.getByText('Key, instance, application').click();
  await page.getByLabel('Secret').fill('another');
  await page.getByRole('button', { name: 'Register' }).click();
  const said = await page.getByRole('region', { name: 'Register a phone' }).getByRole('alert').innerText();
  assert.match(said, /signature/i);
});
