// TLS, users and credentials files, as docs/guides/scaling.md configures them.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { credsAuthenticator } from '@nats-io/transport-node';
import { createAuthority } from '../../../emulator/src/certificates.ts';
import { checkedNatsUrl } from '../../src/addresses/nats-url.ts';
import { openJetStreamStore } from '../../src/store/jetstream/jetstream-store.ts';
import { attempt, credit, ids, newDelivery, settlement } from './conformance/harness.ts';
import { createNatsOperator } from './nats-operator.ts';
import { startNats, type NatsServersOptions } from './nats-servers.ts';
import { temporaryFolder } from './temporary-folder.ts';

const guide = readFileSync(new URL('../../../../docs/guides/scaling.md', import.meta.url), 'utf8');

/** A block of the guide's configuration, without the indentation of its end. */
function blockOfGuide(name: string): string {
  const block = new RegExp(`^${name} \\{\\n[^]*?^\\}`, 'm').exec(guide)?.[0];
  assert.ok(block, `The guide has no block ${name}.`);
  return block;
}

function folderOf(t: TestContext): { readonly write: (name: string, contents: string) => string } {
  const folder = temporaryFolder();
  t.after(() => folder.remove());
  return {
    write(name, contents) {
      const path = join(folder.path, name);
      writeFileSync(path, contents);
      return path;
    },
  };
}

/** Starts a server; returns a function from the parts of a URL to it. */
async function serve(
  t: TestContext,
  options: NatsServersOptions,
): Promise<(scheme: string, login?: string, parameters?: string) => string> {
  const servers = await startNats(options);
  t.after(() => servers.close());
  return (scheme, login = '', parameters = '') =>
    `${scheme}://${login}${servers.addresses[0]}?shards=1${parameters}`;
}

/** The whole life of a push, and a hint: everything that the user needs permissions for. */
async function works(url: string): Promise<void> {
  const store = await openJetStreamStore({ address: checkedNatsUrl(url) });
  try {
    const delivery = newDelivery();
    await store.beat('node', 60_000);
    await store.enqueue([delivery], 'node', new Map());
    assert.deepEqual(ids(await store.claim('node', credit(delivery.lane, 1))), [delivery.id]);
    await store.settle('node', [settlement(delivery.id, { status: 'accepted' }, [attempt()])]);
    const { items } = await store.deliveries(delivery, { limit: 1 });
    assert.equal(items[0]?.status, 'accepted');
    assert.equal(await store.registrations(delivery.instanceId), 0);
    while (await store.sweep(100));
    const { promise, resolve } = Promise.withResolvers<void>();
    store.onHint(() => resolve());
    store.hint('work', 'lane');
    await promise;
  } finally {
    await store.close();
  }
}

const refuses = (url: string, words: RegExp): Promise<void> =>
  assert.rejects(openJetStreamStore({ address: checkedNatsUrl(url) }), (error: Error) => {
    assert.match(error.message, words);
    assert.match(error.message, /^NATS at 127\.0\.0\.1:\d+ cannot be used: /);
    return true;
  });

test('TLS with your own authority works; without it, or with another, the error says how to fix it', async (t) => {
  const { write } = folderOf(t);
  const authority = createAuthority(Date.now());
  const { certificate, privateKey } = authority.issueServer(['127.0.0.1']);
  const trusted = write('authority.pem', authority.certificate);
  const other = write('other.pem', createAuthority(Date.now()).certificate);
  const tls = blockOfGuide('tls')
    .replace('/etc/nats/server.pem', write('server.pem', certificate))
    .replace('/etc/nats/server.key', write('server.key', privateKey));
  // For an IP address, the client checks the certificate for `localhost`, which the store must correct.
  const unchecked = Object.assign({ caFile: trusted }, { checkServerIdentity: () => undefined });
  const url = await serve(t, { lines: [tls], login: { tls: unchecked } });
  await works(url('tls', '', `&ca=${trusted}`));
  const cure = /: TLS fails\. Add ca=\/path\/to\/authority\.pem to the URL, or correct the host name\. /;
  await refuses(url('tls'), cure);
  await refuses(url('nats'), cure);
  await refuses(url('tls', '', `&ca=${other}`), cure);
  await refuses(url('tls', '', `&ca=${trusted}-missing`), /: the file in creds or ca does not exist\. /);
});

test('a server without TLS refuses tls:// with a sentence that says so', async (t) => {
  const url = await serve(t, {});
  await refuses(url('tls'), /: the server does not offer TLS\. Write nats:\/\/ /);
});

test('the user of the guide works with the permissions of the guide; a wrong password is refused', async (t) => {
  const authorization = blockOfGuide('authorization');
  const url = await serve(t, {
    lines: [authorization],
    login: { user: 'chatpush', pass: 'change-me' },
  });
  await works(url('nats', 'chatpush:change-me@'));
  const cure = /: it refuses the user\. Correct the user and password in the URL/;
  await refuses(url('nats', 'chatpush:wrong@'), cure);
  await refuses(url('nats'), cure);
});

test('a user who may not use JetStream is refused with the permissions to add', async (t) => {
  const authorization = blockOfGuide('authorization').replace('allow: ["$JS.API.>"', 'allow: ["nothing"');
  const all = 'authorization { users: [{ user: all, password: all }, ';
  const url = await serve(t, {
    lines: [authorization.replace(/authorization \{\s*users: \[/, all)],
    login: { user: 'all', pass: 'all' },
  });
  await refuses(
    url('nats', 'chatpush:change-me@'),
    /: the user may not use JetStream\. Allow it to publish and subscribe to \$JS\.API\.>/,
  );
});

test('a credentials file works; one of another operator, and a file without credentials, are refused', async (t) => {
  const { write } = folderOf(t);
  const operator = createNatsOperator();
  const credentials = operator.credentials();
  const url = await serve(t, {
    lines: operator.lines,
    login: { authenticator: credsAuthenticator(new TextEncoder().encode(credentials)) },
  });
  await works(url('nats', '', `&creds=${write('chatpush.creds', credentials)}`));
  const cure = /: it refuses the user\. .*or the file in creds\. /;
  await refuses(url('nats', '', `&creds=${write('other.creds', createNatsOperator().credentials())}`), cure);
  await refuses(url('nats'), cure);
  await refuses(
    url('nats', '', `&creds=${write('none.creds', 'not a credentials file')}`),
    /: the file in creds has no user\. /,
  );
  await refuses(url('nats', '', '&creds=/missing.creds'), /: the file in creds or ca does not exist\. /);
});
