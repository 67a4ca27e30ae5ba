// The console in production: who may sign in, and what each key sees.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { seriousFaults } from './accessibility.ts';
import { browserOfThisFile, noBrowser, openConsole, signIn } from './browser.ts';
import { ADMIN, openProduction, READER } from './production.ts';
import type { OpenService } from './scene.ts';

const options = { skip: noBrowser };
const browser = browserOfThisFile();
let service: OpenService;
before(async () => void (service = await openProduction()));
after(() => service[Symbol.asyncDispose]());

test(
  'a wrong secret is refused, the right one signs in, and the browser keeps nothing of it',
  options,
  async () => {
    const context = await browser().newContext();
    await using _closed = { [Symbol.asyncDispose]: () => context.close() };
    const page = await context.newPage();
    await page.goto(`${service.url}/console/#/contacts/chat-of-support?instance=support`);
    await signIn(page, { ...READER, secret: 'another' });
    await page.getByRole('alert').getByText('The access key id or its secret is wrong.').waitFor();
    assert.equal(await page.getByLabel('Secret').inputValue(), '', 'the wrong secret is cleared');
    assert.deepEqual(await context.cookies(), []);
    // By keyboard alone: the focus is back in the secret field.
    await page.getByLabel('Secret').focus();
    await page.keyboard.type(READER.secret);
    await page.keyboard.press('Enter');
    // The page shows the address that was opened.
    await page.getByText('One device is registered. Newest message: accepted by the gateway.').waitFor();
    await page.getByText('Signed in as READER').waitFor();
    const [cookie] = await context.cookies();
    assert.deepEqual([cookie?.httpOnly, cookie?.sameSite], [true, 'Strict']);
    const kept = await page.evaluate(async () =>
      JSON.stringify([
        document.cookie,
        localStorage.length,
        sessionStorage.length,
        await indexedDB.databases(),
        await caches.keys(),
        document.documentElement.outerHTML,
      ]),
    );
    assert.ok(!kept.includes(READER.secret) && kept.startsWith('["",0,0,[],[],'), kept.slice(0, 200));
  },
);

test(
  'a contact of another instance is not found, with the same words as a contact that does not exist',
  options,
  async () => {
    const address = '#/contacts/chat-of-bank?instance=bank';
    await using opened = await openConsole(browser(), service.url, { address, key: READER });
    const { page } = opened;
    await page.getByText('The service knows no contact chat-of-bank').waitFor();
    assert.deepEqual(await page.getByLabel('Instance').locator('option').allInnerTexts(), ['support']);
    await page.goto(`${service.url}/console/#/contacts/chat-of-nobody?instance=support`);
    await page.getByText('The service knows no contact chat-of-nobody').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('chat-of-bank');
    await page.keyboard.press('Enter');
    await page.getByText('No results.').waitFor();
    // An unknown contact is a 404, which the browser logs.
    assert.deepEqual(
      opened.problems.filter((problem) => !problem.includes('404')),
      [],
    );
  },
);

test('a search covers every instance that the key may read', options, async () => {
  await using opened = await openConsole(browser(), service.url, { key: ADMIN });
  const { page } = opened;
  await page.keyboard.press('/');
  await page.keyboard.type('chat-of-bank');
  await page.keyboard.press('Enter');
  await page.getByText('One device is registered.').waitFor();
});

test('without emulated channels there are neither phones nor faults', options, async () => {
  await using opened = await openConsole(browser(), service.url, { address: '#/phones', key: ADMIN });
  const { page } = opened;
  const views = page.getByRole('navigation', { name: 'Views' }).getByRole('link');
  await views.first().waitFor();
  const names = await views.allInnerTexts();
  assert.ok(names.includes('Contacts') && names.includes('Health'), names.join());
  assert.ok(!names.includes('Phones') && !names.includes('Faults'), names.join());
  await page.getByRole('heading', { name: 'Contacts' }).waitFor();
  assert.deepEqual(opened.problems, []);
});

test('a key with the permission can ask the doctor again from the page', options, async () => {
  await using opened = await openConsole(browser(), service.url, { address: '#/applications', key: ADMIN });
  const { page } = opened;
  const channel = page.getByRole('region', { name: 'Channels' }).getByRole('listitem');
  await channel.getByText('0 % dead tokens').waitFor();
  await channel.getByText(/^last accepted/).waitFor();
  await channel.getByRole('button', { name: 'Ask the doctor' }).click();
  await channel.getByRole('status').getByText('healthy').waitFor();
  assert.deepEqual(opened.problems, []);
  await using reading = await openConsole(browser(), service.url, { address: '#/applications', key: READER });
  await reading.page.getByRole('button', { name: 'Ask the doctor' }).click();
  await reading.page
    .getByRole('alert')
    .getByText('do not allow the chatpush:ExamineChannel action')
    .waitFor();
});

test('after signing out, the views are closed and the sign-in form is shown', options, async () => {
  await using opened = await openConsole(browser(), service.url, { address: '#/health', key: READER });
  const { page } = opened;
  await page.getByRole('heading', { name: 'Health' }).waitFor();
  await page.getByRole('link', { name: 'Contacts' }).click();
  await page.getByRole('heading', { name: 'Contacts' }).waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.goBack();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
});

test('a session that ended elsewhere leads to the sign-in form', options, async () => {
  await using opened = await openConsole(browser(), service.url, {
    address: '#/contacts/chat-of-support?instance=support',
    key: READER,
  });
  const { page } = opened;
  await page.getByText('One device is registered.').waitFor();
  await page.context().clearCookies();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
});

test('with emulated channels, an unrestricted key sees the phones ring', options, async () => {
  await using emulating = await openProduction({ alsoEmulated: true });
  await using opened = await openConsole(browser(), emulating.url, { address: '#/phones', key: ADMIN });
  const { page } = opened;
  await page.getByText('Instance, application').click();
  await page.getByLabel('Application').fill('arn:aws:mobiletargeting:eu-central-1:123456789012:apps/support');
  const register = page.getByRole('region', { name: 'Register a phone' });
  await register
    .getByRole('combobox', { name: 'Phone', exact: true })
    .selectOption({ label: 'a new Android phone' });
  await register.getByLabel('Contact').fill('by-session');
  await register.getByRole('button', { name: 'Register' }).click();
  await page.getByText('is registered for by-session').waitFor();
  const write = page.getByRole('region', { name: 'Write' });
  await write.getByRole('textbox', { name: 'Message' }).fill('Hello from a session');
  await write.getByRole('button', { name: 'Send' }).click();
  await page.getByRole('article').getByRole('button', { name: 'Hello from a session' }).waitFor();
  assert.deepEqual(opened.problems, []);
});

for (const colorScheme of ['light', 'dark'] as const)
  for (const width of [375, 1440])
    test(
      `axe finds nothing serious on the sign-in form and the views behind it, ${colorScheme}, ${width} pixels wide`,
      options,
      async () => {
        const look = { width, colorScheme, reducedMotion: 'reduce' } as const;
        await using opened = await openConsole(browser(), service.url, { ...look, key: ADMIN });
        const { page } = opened;
        const inspect = async (what: string): Promise<void> => {
          assert.deepEqual(await seriousFaults(page), [], what);
          const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.ok(overflow <= 0, `${what} is ${overflow} pixels wider than the window`);
        };
        for (const address of [
          '#/contacts',
          '#/contacts/chat-of-support?instance=support',
          '#/deliveries?instance=support',
          '#/applications',
          '#/health',
        ]) {
          await page.goto(`${service.url}/console/${address}`);
          for (const one of await page.getByText('Loading…').all()) await one.waitFor({ state: 'detached' });
          await inspect(address);
        }
        await page.getByRole('button', { name: 'Sign out' }).click();
        await page.getByRole('heading', { name: 'Sign in' }).waitFor();
        await inspect('the sign-in');
      },
    );
