// Signing in to the console: who gets a session, how its cookie is guarded, and when it ends.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { buildConsole } from '../../../../scripts/build-console.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { openSignedOut } from '../../src/console/signed-out.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';
import { ADMIN, READER, cookieOf, errorOf, registrationsOf, startSigning } from './sign-in.ts';

before(() => buildConsole());

const signInBody = ({ id, secret }: { id: string; secret: string }) => ({
  accessKeyId: id,
  secretAccessKey: secret,
});

test('without the setting there is no console and no sign-in', async (t) => {
  const { ask } = await startSigning(t, { console: 'off' });
  assert.equal((await ask('/console/')).status, 404);
  assert.equal((await ask('/console/session')).status, 404);
  const signIn = await ask('/console/sign-in', { method: 'POST', body: signInBody(ADMIN) });
  assert.deepEqual([signIn.status, cookieOf(signIn)], [404, '']);
});

test('the page may not load from other hosts, run foreign scripts or be framed', async (t) => {
  const { ask } = await startSigning(t);
  const page = await ask('/console/');
  assert.equal(page.status, 200);
  assert.equal(
    page.headers.get('content-security-policy'),
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  assert.equal(page.headers.get('referrer-policy'), 'no-referrer');
  assert.equal((await ask('/console', { headers: {} })).url.endsWith('/console/'), true);
  assert.equal((await ask('/console/%2e%2e%2fpackage.json')).status, 404);
});

test('on this machine the cookie is hidden from scripts and other sites, and lasts eight hours', async (t) => {
  const { ask } = await startSigning(t);
  const answer = await ask('/console/sign-in', { method: 'POST', body: signInBody(ADMIN) });
  assert.match(
    cookieOf(answer),
    /^chatpush-session=[\w-]+\.[\w-]+; Path=\/; Max-Age=28800; HttpOnly; SameSite=Strict$/,
  );
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  assert.ok(!cookieOf(answer).includes(ADMIN.secret));
  assert.ok(!Buffer.from(cookieOf(answer).split('=')[1]!, 'base64url').toString().includes(ADMIN.secret));
});

test('behind TLS the cookie is Secure and other hosts cannot set it; over plain HTTP no cookie is set', async (t) => {
  const { ask } = await startSigning(t, { trustedProxies: ['127.0.0.1'] });
  const signIn = (headers: Record<string, string>) =>
    ask('/console/sign-in', { method: 'POST', body: signInBody(ADMIN), headers });
  const over = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.9' };
  const answer = await signIn(over);
  assert.match(cookieOf(answer), /^__Host-chatpush=\S+; Path=\/; .*HttpOnly; SameSite=Strict; Secure$/);
  const cookie = cookieOf(answer).split(';', 1)[0]!;
  assert.notEqual((await ask(registrationsOf('nobody'), { headers: { ...over, cookie } })).status, 403);
  const plain = await signIn({ 'x-forwarded-proto': 'http' });
  assert.deepEqual([plain.status, cookieOf(plain)], [403, '']);
  assert.match(await plain.text(), /Signing in requires TLS/);
  // A session sent over plain HTTP is refused.
  const astray = await ask(registrationsOf('nobody'), { headers: { 'x-forwarded-proto': 'http', cookie } });
  assert.equal(errorOf(astray), 'MissingAuthenticationTokenException');
});

test('signing in through an unconfigured proxy is refused', async (t) => {
  const { ask } = await startSigning(t);
  const headers = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https' };
  const answer = await ask('/console/sign-in', { method: 'POST', body: signInBody(ADMIN), headers });
  assert.deepEqual([answer.status, cookieOf(answer)], [403, '']);
});

test('a wrong secret and an unknown key look the same to the caller, and both are in the audit log', async (t) => {
  const { ask, audit } = await startSigning(t);
  const signIn = async (body: unknown) => {
    const answer = await ask('/console/sign-in', { method: 'POST', body });
    return [answer.status, errorOf(answer), cookieOf(answer), await answer.text()];
  };
  const wrong = await signIn({ ...signInBody(ADMIN), secretAccessKey: 'another' });
  const unknown = await signIn({ accessKeyId: 'NOBODY', secretAccessKey: ADMIN.secret });
  assert.deepEqual(wrong, unknown);
  assert.deepEqual(wrong.slice(0, 3), [403, 'UnrecognizedClientException', '']);
  for (const bad of [{}, null, [], { accessKeyId: 1, secretAccessKey: 2 }, { accessKeyId: 'ADMIN' }])
    assert.deepEqual(
      (await signIn(bad)).slice(0, 3),
      [400, 'InvalidParameterException', ''],
      JSON.stringify(bad),
    );
  await signIn(signInBody(ADMIN));
  while (audit().length < 3) await new Promise((resolve) => setTimeout(resolve, 10));
  const lines = audit().map(({ operation, result, keyId, claimedKeyId, address }) => ({
    operation,
    result,
    key: keyId ?? claimedKeyId,
    address,
  }));
  const line = { operation: 'ConsoleSignIn', address: '127.0.0.1' };
  assert.deepEqual(lines, [
    { ...line, result: 'UnrecognizedClientException', key: 'ADMIN' },
    { ...line, result: 'UnrecognizedClientException', key: 'NOBODY' },
    { ...line, result: 'ok', key: 'ADMIN' },
  ]);
});

test('guessing is slowed down, even when the guess is right', async (t) => {
  const { ask, clock } = await startSigning(t, { trustedProxies: ['127.0.0.1'] });
  const signIn = (secretAccessKey: string, from = '203.0.113.9') =>
    ask('/console/sign-in', {
      method: 'POST',
      body: { accessKeyId: 'ADMIN', secretAccessKey },
      headers: { 'x-forwarded-proto': 'https', 'x-forwarded-for': from },
    });
  const statuses = await Promise.all(
    Array.from({ length: 40 }, async (_, n) => (await signIn(`guess ${n}`)).status),
  );
  assert.deepEqual(
    [statuses.filter((status) => status === 403).length, statuses.filter((status) => status === 429).length],
    [11, 29],
  );
  const right = await signIn(ADMIN.secret);
  assert.deepEqual([right.status, right.headers.get('retry-after')], [429, '6']);
  assert.equal((await signIn(ADMIN.secret, '198.51.100.1')).status, 200, 'others sign in');
  clock.ahead += 7_000;
  assert.equal((await signIn(ADMIN.secret)).status, 200, 'and after a while so does this one');
});

test('pages of other sites cannot use a session, whatever they send', async (t) => {
  const { ask, signIn, client, service } = await startSigning(t);
  const cookie = await signIn();
  const { contactId } = await client().startChatContact({
    instanceId: 'support',
    contactFlowId: 'f',
    participantDetails: { displayName: 'Customer' },
  });
  const { host } = new URL(service.url);
  const stop = (headers: Record<string, string>) =>
    fetch(`${service.url}/contact/stop`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ InstanceId: 'support', ContactId: contactId }),
    });
  for (const headers of [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-site': 'cross-site', origin: `http://${host}` },
    { origin: 'http://127.0.0.1:1' },
    { origin: 'http://localhost:9' },
    { origin: 'null' },
    { origin: 'https://evil.example' },
    {},
  ] as Record<string, string>[]) {
    const answer = await stop(headers);
    assert.deepEqual(
      [answer.status, errorOf(answer)],
      [403, 'AccessDeniedException'],
      JSON.stringify(headers),
    );
  }
  const read = (headers: Record<string, string>) =>
    fetch(service.url + registrationsOf(contactId), { headers: { cookie, ...headers } });
  assert.equal((await read({ 'sec-fetch-site': 'cross-site' })).status, 403);
  assert.equal((await read({ 'sec-fetch-site': 'none' })).status, 200, 'an address that somebody typed');
  // The contact is unchanged, and a page of our own may end it.
  assert.equal((await read({})).status, 200);
  assert.equal((await stop({ origin: `http://${host}` })).status, 200);
  for (const init of [
    { headers: { 'sec-fetch-site': 'cross-site' } },
    { headers: { origin: 'https://evil.example', 'sec-fetch-site': '' } },
    { headers: { 'content-type': 'text/plain' } },
  ] as { headers: Record<string, string> }[]) {
    const answer = await ask('/console/sign-in', { method: 'POST', body: signInBody(ADMIN), ...init });
    assert.ok(answer.status >= 400 && cookieOf(answer) === '', JSON.stringify(init));
  }
  assert.equal(
    (await ask('/console/sign-out', { method: 'POST', headers: { cookie, 'sec-fetch-site': 'cross-site' } }))
      .status,
    403,
  );
});

test('a session ends after eight hours', async (t) => {
  const { ask, signIn, clock } = await startSigning(t);
  const cookie = await signIn();
  const read = () => ask(registrationsOf('nobody'), { headers: { cookie } });
  clock.ahead = 8 * 3_600_000 - 60_000;
  assert.equal(errorOf(await read()), 'ResourceNotFoundException');
  clock.ahead = 8 * 3_600_000;
  const answer = await read();
  assert.deepEqual([answer.status, errorOf(answer)], [403, 'UnrecognizedClientException']);
  assert.deepEqual(await (await ask('/console/session', { headers: { cookie } })).json(), {
    service: true,
    phones: false,
    signIn: true,
  });
});

test('a session ends when its key is removed or its secret changes', async (t) => {
  const { ask, signIn, change } = await startSigning(t);
  const [admin, reader] = [await signIn(ADMIN), await signIn(READER)];
  const read = async (cookie: string) =>
    errorOf(await ask(registrationsOf('nobody'), { headers: { cookie } }));
  assert.deepEqual([await read(admin), await read(reader)], Array(2).fill('ResourceNotFoundException'));
  await change({ accessKeys: [{ ...ADMIN, secret: 'another secret of the administrator' }] });
  assert.deepEqual([await read(admin), await read(reader)], Array(2).fill('UnrecognizedClientException'));
  await change({ console: 'off' });
  assert.equal(await read(admin), 'MissingAuthenticationTokenException');
});

test('every node with the same settings accepts a session, and none accepts a modified one', async (t) => {
  const [one, other] = [await startSigning(t), await startSigning(t)];
  const cookie = await one.signIn(READER);
  const read = async (given: string) =>
    errorOf(await other.ask(registrationsOf('nobody'), { headers: { cookie: given } }));
  assert.equal(await read(cookie), 'ResourceNotFoundException');
  const [name, text] = cookie.split('=') as [string, string];
  const [payload, proof] = text.split('.') as [string, string];
  const said = JSON.parse(Buffer.from(payload, 'base64url').toString()) as unknown[];
  const forged = (members: unknown) =>
    `${name}=${Buffer.from(JSON.stringify(members)).toString('base64url')}.${proof}`;
  for (const given of [
    forged(said.with(2, 'ADMIN')),
    forged(said.with(3, Date.now() + 1e12)),
    forged({}),
    `${name}=${payload}`,
    `${name}=${payload}.`,
    `${name}=${payload}.${proof}=`,
    `${name}=a.b.c`,
  ])
    assert.equal(await read(given), 'UnrecognizedClientException', given);
});

test('after signing out a copied cookie opens nothing', async (t) => {
  const { ask, signIn, audit } = await startSigning(t);
  const [cookie, another] = [await signIn(), await signIn()];
  const out = await ask('/console/sign-out', { method: 'POST', headers: { cookie } });
  assert.match(cookieOf(out), /^chatpush-session=; Path=\/; Max-Age=0;/);
  const read = async (given: string) =>
    errorOf(await ask(registrationsOf('nobody'), { headers: { cookie: given } }));
  assert.equal(await read(cookie), 'UnrecognizedClientException');
  assert.equal(await read(another), 'ResourceNotFoundException', 'other sessions of the key go on');
  const noted = () => audit().find(({ operation }) => operation === 'ConsoleSignOut');
  while (noted() === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual([noted()?.['result'], noted()?.['keyId']], ['ok', 'ADMIN']);
});

test('signing out on one node ends the session on the others, and expired entries are removed', async (t) => {
  const folder = temporaryFolder();
  t.after(() => folder.remove());
  const store = await openSqliteStore({ path: `${folder.path}/s.db` });
  let now = 1_000;
  const open = () =>
    openSignedOut({
      store,
      isOn: () => true,
      now: () => now,
      failed: (error) => assert.fail(String(error)),
      readAgainMs: 20,
    });
  const [one, other] = [await open(), await open()];
  t.after(async () => {
    for (const node of [one, other]) node.close();
    await store.close();
  });
  const session = { id: 's1', accessKeyId: 'ADMIN', expiresAt: 2_000 };
  await one.add(session);
  assert.ok(one.has(session));
  while (!other.has(session)) await new Promise((resolve) => setTimeout(resolve, 10));
  const later = await open();
  assert.ok(later.has(session), 'a node that starts knows it');
  later.close();
  now = 3_000;
  await one.add({ id: 's2', accessKeyId: 'ADMIN', expiresAt: 4_000 });
  const { body } = (await store.setting('access-key', 'ADMIN')) ?? assert.fail();
  assert.deepEqual(JSON.parse(body), { signedOut: { s2: 4_000 } });
});
