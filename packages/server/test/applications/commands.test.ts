// check, doctor, send, why, /readyz?verbose and /metrics treat applications in the store like applications in the settings file.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CreatePushNotificationRegistrationCommand } from '@aws-sdk/client-connect';
import {
  CreateAppCommand,
  UpdateApnsChannelCommand,
  UpdateApnsSandboxChannelCommand,
} from '@aws-sdk/client-pinpoint';
import { check } from '../../src/cli/check.ts';
import { doctor } from '../../src/cli/doctor.ts';
import { send } from '../../src/cli/send.ts';
import type { Verb } from '../../src/cli/verbs.ts';
import { why } from '../../src/cli/why.ts';
import { providerCertificate } from '../config/keys.ts';
import { startPostgres } from '../store/postgres-server.ts';
import { startProduction } from './production.ts';
import type { Production } from './production.ts';

const IPHONE = 'cd'.repeat(32);

async function run(verb: Verb, argv: string[], environment: Production['environment']) {
  let said = '';
  const code = await verb(argv, environment, (text) => void (said += text));
  return { code, said };
}

/** With a key that Apple accepts, and a certificate that it refuses. */
async function createApplication({ pinpoint, emulator }: Production) {
  const { ApplicationResponse } = await pinpoint.send(
    new CreateAppCommand({ CreateApplicationRequest: { Name: 'Support' } }),
  );
  const { Id, Arn } = ApplicationResponse as { Id: string; Arn: string };
  const { topic, teamId, keyId, privateKey } = emulator.credentials.apns;
  await pinpoint.send(
    new UpdateApnsChannelCommand({
      ApplicationId: Id,
      APNSChannelRequest: { BundleId: topic, TeamId: teamId, TokenKeyId: keyId, TokenKey: privateKey },
    }),
  );
  const { certificate, privateKey: keyOfCertificate } = await providerCertificate(topic);
  await pinpoint.send(
    new UpdateApnsSandboxChannelCommand({
      ApplicationId: Id,
      APNSSandboxChannelRequest: {
        BundleId: topic,
        Certificate: certificate,
        PrivateKey: keyOfCertificate,
        DefaultAuthenticationMethod: 'certificate',
      },
    }),
  );
  return { Id, Arn };
}

/** What the commands say about the application. */
async function askAll({ emulator, environment }: Production, { Id, Arn }: { Id: string; Arn: string }) {
  const checked = await run(check, [], environment);
  assert.equal(checked.code, 0);
  assert.match(checked.said, /1 application, 1 of them in the store/);
  assert.ok(checked.said.includes(`APNS         ${Arn}: at ${emulator.apns.url}`), checked.said);
  assert.match(checked.said, /its certificate ends on \d{4}/);

  const examined = await run(doctor, [Id], environment);
  assert.ok(examined.said.includes(`APNS of ${Arn} (at ${emulator.apns.url}): healthy`), examined.said);
  assert.match(examined.said, /APNS_SANDBOX of .*: broken/);
  assert.equal(examined.code, 1);
  assert.match(
    (await run(doctor, ['none'], environment)).said,
    /no application none in the settings or in the store/,
  );

  const to = (type: string, text: string) =>
    run(send, ['--application', Id, '--type', type, '--token', IPHONE, text], environment);
  const sent = await to('APNS', 'by hand');
  assert.equal(sent.code, 0, sent.said);
  await emulator.phone(IPHONE).waitFor({ contains: 'by hand' });
  const lacking = await to('GCM', 'by hand');
  assert.equal(lacking.code, 1);
  assert.match(lacking.said, /has no channel GCM; set it up with aws pinpoint update-gcm-channel/);
}

for (const kind of ['sqlite', 'postgres'] as const)
  test(`commands read applications from the store, with and without a running service, on ${kind}`, async (t) => {
    const server = kind === 'postgres' ? await startPostgres() : undefined;
    if (server) t.after(() => server.close());
    await using production = await startProduction(server && { store: server.url });
    const empty = await run(check, [], production.environment);
    assert.match(empty.said, /no application, so no device can be registered/);
    const application = await createApplication(production);
    await askAll(production, application);
    await production.service.stop();
    await askAll(production, application);
  });

test('an unreadable store is not an error in the settings, and the doctor reports it as broken', async () => {
  await using production = await startProduction();
  const environment = {
    ...production.environment,
    CHATPUSH_STORE: 'postgres://nobody@127.0.0.1:1/none',
  };
  const checked = await run(check, [], environment);
  assert.equal(checked.code, 0);
  assert.match(
    checked.said,
    /the applications in the store are not among them, because it could not be read\. /,
  );
  const examined = await run(doctor, [], environment);
  assert.equal(examined.code, 1);
  assert.match(examined.said, /PostgreSQL: broken/);
});

test('without the store’s encryption key the commands and the service say which key is missing', async () => {
  await using production = await startProduction();
  const { Id, Arn } = await createApplication(production);
  await production.connect.send(
    new CreatePushNotificationRegistrationCommand({
      InstanceId: 'one',
      PinpointAppArn: Arn,
      DeviceToken: IPHONE,
      DeviceType: 'APNS',
      ContactConfiguration: { ContactId: 'a' },
    }),
  );
  await production.restart({ CHATPUSH_SECRET_KEY: undefined });
  const { environment } = production;
  const missing = /CHATPUSH_SECRET_KEY is not set, and the credential is encrypted/;
  for (const [verb, argv] of [
    [check, []],
    [doctor, [Id]],
    [send, ['--application', Id, '--type', 'APNS', '--token', IPHONE, 'text']],
  ] as const)
    assert.match((await run(verb, [...argv], environment)).said, missing);
  assert.match((await run(doctor, [Id], environment)).said, /What to do: set the same CHATPUSH_SECRET_KEY/);

  await production.say('one', 'a', 'm1', 'waits');
  const explain = () =>
    run(why, ['a', '--instance', 'one', '--endpoint', production.service.url], environment);
  const deadline = Date.now() + 20_000;
  let told = await explain();
  for (; !missing.test(told.said) && Date.now() < deadline; told = await explain())
    await new Promise((resolve) => setTimeout(resolve, 100));
  assert.match(told.said, missing);
});

test('the running service examines channels in the store, and shows them in /readyz?verbose and /metrics', async () => {
  await using production = await startProduction();
  const { Arn } = await createApplication(production);
  const channels = async () => {
    const answer = await fetch(`${production.service.url}/readyz?verbose`);
    return ((await answer.json()) as { channels: Record<string, string> }).channels;
  };
  const deadline = Date.now() + 20_000;
  let shown = await channels();
  for (; !/healthy/.test(shown[`${Arn} APNS`] ?? '') && Date.now() < deadline; shown = await channels())
    await new Promise((resolve) => setTimeout(resolve, 100));
  assert.match(shown[`${Arn} APNS`]!, /healthy$/);
  const metrics = await (await fetch(`${production.service.url}/metrics`)).text();
  assert.ok(metrics.includes(`chatpush_certificate_expires_timestamp_seconds{application="${Arn}"`), metrics);
  const stored = metrics.match(
    /^chatpush_credential_since_timestamp_seconds\{.*channel="APNS",source="stored"\} (.+)$/m,
  );
  assert.ok(Math.abs(Number(stored?.[1]) * 1000 - Date.now()) < 120_000, metrics);
});
