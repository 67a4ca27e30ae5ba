// The same operations by Amazon's SDK for Go, unmodified (go/main.go): a third implementation of Pinpoint's model, with its own
// type for every error.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findGo } from '../aws/go.ts';
import { ACCOUNT, PEM, providerCertificate } from '../config/keys.ts';
import { KEY, REGION, TENANT, startProduction } from './production.ts';
import type { Production, ProductionOptions } from './production.ts';

const go = await findGo(new URL('go/', import.meta.url));
const skip = 'missing' in go && go.missing;

async function run(
  mode: string,
  options: ProductionOptions = {},
  input: (of: Production) => object = () => ({}),
) {
  assert.ok(!('missing' in go));
  await using production = await startProduction(options);
  const { code, stdout, stderr } = await go.run([mode], {
    Endpoint: production.service.url,
    Region: REGION,
    Key: KEY.accessKeyId,
    Secret: KEY.secretAccessKey,
    ...input(production),
  });
  assert.deepEqual([code, stdout.trim()], [0, 'all of it'], stderr);
}

test('every operation, and every error by its type', { skip }, async () => {
  const { certificate, privateKey } = await providerCertificate();
  await run('operations', {}, ({ emulator: { credentials } }) => ({
    TenantKey: TENANT.accessKeyId,
    TenantSecret: TENANT.secretAccessKey,
    BundleId: credentials.apns.topic,
    TeamId: credentials.apns.teamId,
    KeyId: credentials.apns.keyId,
    P8: credentials.apns.privateKey,
    RSA: PEM.rsa,
    P384: PEM.p384,
    Certificate: certificate,
    PrivateKey: privateKey,
    ServiceJson: JSON.stringify(ACCOUNT),
    BrokenJson: JSON.stringify({ ...ACCOUNT, client_email: undefined }),
  }));
});

test('a full store is InternalServerErrorException, and reads still work', { skip }, () =>
  run('full', { sqliteMaxBytes: 500 * 1_024 }),
);

test('at one request per second, ten creates succeed with the SDK’s own retries', { skip }, () =>
  run('throttled', { settings: { limits: { requestsPerSecond: 1, burst: 1 } } }),
);
