// docs/guides/production.md: its settings, commands and files, with the emulator as Apple and Google, and a reverse proxy
// configured as on the page.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer, request as requestHttp } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import {
  ConnectClient,
  CreatePushNotificationRegistrationCommand,
  DeletePushNotificationRegistrationCommand,
} from '@aws-sdk/client-connect';
import { startEmulator } from '@chatpush/emulator';
import { ACCOUNT, PEM } from '../config/keys.ts';
import { atEmulator } from './at-emulator.ts';
import { CURL_SKIP } from './curl.ts';
import { freePort } from '../free-port.ts';
import { guideFolder } from './folder.ts';
import { blocksOf, pageOf } from './guide.ts';

const INSTANCE = '11111111-2222-3333-4444-555555555555';
const ARN = 'arn:aws:mobiletargeting:eu-central-1:000000000000:apps/support';

/** Forwards requests like nginx with the page's configuration: host and path unchanged; `spoil` changes one of them. */
async function startReverseProxy(t: TestContext, port: number, spoil?: 'host' | 'path'): Promise<string> {
  const proxy = createServer((near, answer) => {
    const path = spoil === 'path' ? near.url?.replaceAll('%2F', '/') : near.url;
    const headers = {
      ...near.headers,
      'x-forwarded-proto': 'https',
      ...(spoil === 'host' && { host: 'localhost' }),
    };
    const far = requestHttp({ host: '127.0.0.1', port, method: near.method, path, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    near.pipe(far);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  t.after(async () => {
    proxy.closeAllConnections();
    proxy.close();
    await once(proxy, 'close');
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

test(
  'the production guide: settings, secrets, proxy, backup and restore',
  { skip: CURL_SKIP, timeout: 300_000 },
  async (t) => {
    const emulator = await startEmulator({
      strict: {
        keys: {
          apns: [{ keyId: 'ABCDE12345', teamId: 'TEAM123456', key: PEM.p8 }],
          fcm: [{ clientEmail: ACCOUNT.client_email, projectId: ACCOUNT.project_id, key: PEM.rsa }],
        },
      },
    });
    t.after(() => emulator.close());
    const port = await freePort();
    const folder = guideFolder(t, { CHATPUSH_PORT: String(port) });
    mkdirSync(join(folder.path, 'secrets'));
    folder.write('secrets/AuthKey_ABCDE12345.p8', PEM.p8);
    folder.write(
      'secrets/firebase-service-account.json',
      JSON.stringify({ ...ACCOUNT, token_uri: emulator.fcm.tokenUrl }),
    );

    const said: string[] = [];
    let service: Awaited<ReturnType<typeof folder.start>> | undefined;
    let registered: { id: string; connect: () => ConnectClient } | undefined;
    for (const { language, name, text } of blocksOf('production.md')) {
      if (name === 'production.jsonc') folder.write(name, atEmulator(text, emulator));
      else if (name === 'service') service = await folder.start(text.trim());
      else if (name === 'stop') {
        service!.kill('SIGTERM');
        await once(service!, 'exit');
      } else if (name === 'backup') {
        // Before the backup: a registration that the backup must contain, made through the proxy by the unmodified SDK.
        registered = await registerThroughProxy(
          t,
          port,
          (await folder.run('cat secrets/chatbackend')).trim(),
        );
        said.push(await folder.run(text));
      } else if (language === 'sh')
        said.push(await folder.run(text.replaceAll('127.0.0.1:4100', `127.0.0.1:${port}`)));
    }
    const all = said.join('');
    assert.match(all, /production\.jsonc: no mistakes/);
    assert.equal(all.match(/: healthy\n/g)?.length, 2);
    assert.match(all, /\{"ready":true,"checks":\{"store":"ok","lease":"ok"\}\}/);

    // The restored backup contains the registration.
    await folder.start('npx chatpush');
    const { id, connect } = registered!;
    const RegistrationId = id;
    await connect().send(
      new DeletePushNotificationRegistrationCommand({
        InstanceId: INSTANCE,
        RegistrationId,
        ContactId: 'chat 1/2',
      }),
    );

    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const named = [...pageOf('production.md').matchAll(/`(chatpush_\w+)`/g)].map(([, metric]) => metric!);
    assert.ok(named.length >= 8);
    for (const metric of named) assert.ok(metrics.includes(`# HELP ${metric} `), `/metrics has no ${metric}`);
  },
);

async function registerThroughProxy(t: TestContext, port: number, secretAccessKey: string) {
  const client = (endpoint: string): ConnectClient => {
    const credentials = { accessKeyId: 'CHATBACKEND', secretAccessKey };
    const made = new ConnectClient({ region: 'eu-central-1', endpoint, credentials, maxAttempts: 1 });
    t.after(() => made.destroy());
    return made;
  };
  // The name in `allowedHosts`, as the proxy's callers use it. The SDK signs it.
  const named = (client: ConnectClient): ConnectClient => {
    client.middlewareStack.add(
      (next) => (args) => {
        (args.request as { headers: Record<string, string> }).headers['host'] = 'push.example.com';
        return next(args);
      },
      { step: 'build', priority: 'low' },
    );
    return client;
  };
  const call = new CreatePushNotificationRegistrationCommand({
    InstanceId: INSTANCE,
    PinpointAppArn: ARN,
    DeviceType: 'APNS',
    DeviceToken: 'ab'.repeat(32),
    ContactConfiguration: { ContactId: 'chat 1/2' },
  });
  const good = await startReverseProxy(t, port);
  const { RegistrationId } = await named(client(good)).send(call);
  // A path with characters that must stay encoded.
  const encoded = new DeletePushNotificationRegistrationCommand({
    InstanceId: INSTANCE,
    RegistrationId: 'a/b',
    ContactId: 'chat 1/2',
  });
  await assert.rejects(named(client(good)).send(encoded), { name: 'ResourceNotFoundException' });
  await assert.rejects(named(client(await startReverseProxy(t, port, 'host'))).send(call), {
    name: 'InvalidSignatureException',
  });
  await assert.rejects(
    named(client(await startReverseProxy(t, port, 'path'))).send(encoded),
    (error: Error) =>
      ['InvalidSignatureException', 'UnknownOperationException', 'MalformedHttpRequestException'].includes(
        error.name,
      ),
  );
  // Other names are refused: a web page could point its own name to this address.
  for (const [host, status] of [
    ['push.example.com', 200],
    ['elsewhere.example.com', 403],
  ] as const) {
    const request = requestHttp({ host: '127.0.0.1', port, path: '/livez', headers: { host } }).end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    assert.equal(response.statusCode, status);
  }
  return { id: RegistrationId!, connect: () => named(client(good)) };
}
