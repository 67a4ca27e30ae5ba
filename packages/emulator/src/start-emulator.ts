// Assembles the emulator: both gateways, phones, faults and the HTTP interface; starts and stops them.
import { createServer } from 'node:http';
import type { Server } from 'node:net';
import { createApnsServer } from './apns/server.ts';
import { ProviderTokens } from './apns/provider-token.ts';
import { createAuthority } from './certificates.ts';
import { systemClock } from './clock.ts';
import { Connections } from './connection.ts';
import { createCredentials } from './credentials.ts';
import type { ApnsAddress, Emulator, EmulatorOptions, GatewayAddress } from './emulator.ts';
import { Events } from './events.ts';
import { FaultRules } from './fault-rules.ts';
import { AccessTokens } from './fcm/access-tokens.ts';
import { createFcmServer } from './fcm/server.ts';
import { builtPage } from './http/built-page.ts';
import { handle } from './http/handler.ts';
import { duplicatesOn } from './ledger.ts';
import { Phones } from './phones.ts';
import { Rates } from './rates.ts';
import { RequestLog } from './request-log.ts';
import { registeredKeys } from './strictness.ts';

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    if (server.listening) server.close(() => resolve());
    else resolve();
  });

/** Starts an emulator. Many can run in one process. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const {
    host = '127.0.0.1',
    strict = {},
    clock = systemClock,
    random = Math.random,
    consoleFiles = builtPage(),
  } = options;
  const authority = createAuthority(Date.now());
  const hosts = [...new Set(['localhost', '127.0.0.1', '::1', host])].filter(
    (one) => one !== '0.0.0.0' && one !== '::',
  );
  const certificate = authority.issueServer(hosts);
  const events = new Events();
  const connections = new Connections();
  const phones = new Phones(clock, events);
  const faults = new FaultRules(events, random);
  const log = new RequestLog(events);
  const rates = new Rates();
  const withTokenUrl = await createCredentials();
  const registered = registeredKeys(strict.keys, withTokenUrl(''));
  const revoked = new Set<string>();
  const parts = {
    certificate,
    ca: authority.certificate,
    connections,
    phones,
    faults,
    log,
    rates,
    strict,
    clock,
  };

  const named = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  const servers: Server[] = [];
  const open = async (server: Server, port = 0): Promise<GatewayAddress> => {
    servers.push(server);
    const taken = await listen(server, host, port);
    return { url: `https://${named}:${taken}`, host: named, port: taken };
  };
  const close = async (): Promise<void> => {
    phones.clear();
    web.closeAllConnections();
    const all = servers.map(closed);
    connections.destroy();
    await Promise.all(all);
  };

  const web = createServer((request, response) => {
    if (emulator.handler(request, response)) return;
    const home = request.url === '/' ? { location: '/console/' } : undefined;
    response.writeHead(home ? 302 : 404, home).end();
  });
  const apnsAt = async (gateway: 'apns' | 'apns-sandbox', port?: number): Promise<ApnsAddress> => {
    const tokens = new ProviderTokens(registered.apns, revoked);
    const first = await open(createApnsServer({ ...parts, gateway, tokens }), port);
    const second = await open(createApnsServer({ ...parts, gateway, tokens }));
    return { ...first, alternatePort: second.port };
  };
  const fcmAt = async (): Promise<{ fcm: Emulator['fcm'] }> => {
    // The token endpoint checks its own URL, whose port is known only once it listens.
    let tokenUrl = '';
    const tokens = new AccessTokens(registered.fcm, clock, () => tokenUrl);
    const address = await open(createFcmServer({ ...parts, tokens, registered }), options.fcmPort);
    tokenUrl = `${address.url}/token`;
    return { fcm: { ...address, tokenUrl } };
  };

  let addresses: Pick<Emulator, 'apns' | 'apnsSandbox' | 'fcm' | 'url'>;
  try {
    const apns = await apnsAt('apns', options.apnsPort);
    const apnsSandbox = await apnsAt('apns-sandbox', options.apnsSandboxPort);
    const { fcm } = await fcmAt();
    const { port } = await open(web, options.port);
    addresses = { apns, apnsSandbox, fcm, url: `http://${named}:${port}` };
  } catch (error) {
    await close(); // a port was in use: leave nothing open
    throw error;
  }

  const credentials = withTokenUrl(addresses.fcm.tokenUrl);
  const emulator: Emulator = {
    ...addresses,
    ca: authority.certificate,
    credentials,
    faults,
    requests: log,
    get description() {
      return {
        ...addresses,
        ca: authority.certificate,
        credentials,
        strict: {
          keys: Boolean(strict.keys),
          tokens: Boolean(strict.tokens),
          quotas: Boolean(strict.quotas),
        },
        forgottenPhones: phones.forgotten,
      };
    },
    phone: (deviceToken) => phones.phone(deviceToken),
    phones: () => phones.all(),
    install: (deviceToken, installed) => phones.install(deviceToken, installed),
    forgetPhones: () => phones.clear(),
    duplicates: () => duplicatesOn(phones.all()),
    revokeKey: (keyId) => void revoked.add(keyId),
    providerCertificate: (bundleId, environment = 'production') =>
      authority.issueProvider(
        environment === 'production'
          ? `Apple Push Services: ${bundleId}`
          : `Apple Development IOS Push Services: ${bundleId}`,
        bundleId,
      ),
    subscribe: (listener) => events.subscribe(listener),
    handler: (request, response, isChecked) =>
      handle(emulator, { consoleFiles, isChecked }, request, response),
    close,
    [Symbol.asyncDispose]: close,
  };
  return emulator;
}
