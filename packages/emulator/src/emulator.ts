// Assembles the emulator: both gateways, phones, faults and the HTTP interface; starts and stops them.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Server } from 'node:net';
import { createApnsServer } from './apns/server.ts';
import { ProviderTokens } from './apns/provider-token.ts';
import { createAuthority, type CertifiedKey } from './certificates.ts';
import { systemClock, type Clock } from './clock.ts';
import { Connections } from './connection.ts';
import { createCredentials, type Credentials } from './credentials.ts';
import { Events, type EmulatorEvent } from './events.ts';
import { FaultRules } from './fault-rules.ts';
import { AccessTokens } from './fcm/access-tokens.ts';
import { createFcmServer } from './fcm/server.ts';
import { builtPage } from './http/built-page.ts';
import { handle } from './http/handler.ts';
import { duplicatesOn, type Duplicate } from './ledger.ts';
import type { Installed, Phone } from './phone.ts';
import { Phones } from './phones.ts';
import { Rates } from './rates.ts';
import { RequestLog } from './request-log.ts';
import { registeredKeys, type Strict } from './strictness.ts';

export interface EmulatorOptions {
  /** Address to listen on. Default: 127.0.0.1. */
  host?: string;
  /** Port of phones, faults and the web page. Default of all ports: a free one. */
  port?: number;
  apnsPort?: number;
  apnsSandboxPort?: number;
  fcmPort?: number;
  /** Default: any key and any token is accepted. */
  strict?: Strict;
  /** The clock of all checks and expiries. Certificates and timeouts use the system's clock. */
  clock?: Clock;
  /** Random numbers for faults with a probability: at least 0, below 1. */
  random?: () => number;
  /** Directory of the built web page, served at /console/. Default: where it was built. */
  consoleFiles?: string;
}

export interface GatewayAddress {
  url: string;
  host: string;
  port: number;
}

export interface ApnsAddress extends GatewayAddress {
  /** A second port, like Apple's 2197 next to 443. */
  alternatePort: number;
}

/** `GET /emulator`: everything a sender must know. */
export interface Description {
  url: string;
  apns: ApnsAddress;
  apnsSandbox: ApnsAddress;
  fcm: GatewayAddress & { tokenUrl: string };
  /** PEM. */
  ca: string;
  credentials: Credentials;
  strict: { keys: boolean; tokens: boolean; quotas: boolean };
  /** Phones forgotten because there were too many. */
  forgottenPhones: number;
}

export interface Emulator {
  /** Base URL of phones, faults and the web page. */
  readonly url: string;
  readonly apns: ApnsAddress;
  readonly apnsSandbox: ApnsAddress;
  /** `tokenUrl` is what a service account's `token_uri` must be. */
  readonly fcm: GatewayAddress & { tokenUrl: string };
  /** The authority that issued all gateway certificates, PEM. */
  readonly ca: string;
  /** Valid for this emulator, also in strict mode. */
  readonly credentials: Credentials;
  readonly description: Description;
  readonly faults: Pick<FaultRules, 'list' | 'set' | 'add' | 'clear'>;
  readonly requests: Pick<RequestLog, 'containing' | 'find' | 'list' | 'total'>;
  /** The phone with this token, which need not have appeared yet. */
  phone(deviceToken: string): Phone;
  /** Phones that have appeared. */
  phones(): Phone[];
  /** Installs a phone by name; its gateway and app are checked from then on. */
  install(deviceToken: string, installed: Installed): Phone;
  forgetPhones(): void;
  /** What phones received more than once. */
  duplicates(): Duplicate[];
  /** A client certificate as Apple issues them, for certificate-based connections. */
  providerCertificate(bundleId: string, environment?: 'production' | 'development'): CertifiedKey;
  subscribe(listener: (event: EmulatorEvent) => void): () => void;
  /** Handles requests for `/emulator…` and `/console…` within another server; returns false for any other path. */
  handler(request: IncomingMessage, response: ServerResponse): boolean;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

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
    const tokens = new ProviderTokens(registered.apns);
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
    providerCertificate: (bundleId, environment = 'production') =>
      authority.issueProvider(
        environment === 'production'
          ? `Apple Push Services: ${bundleId}`
          : `Apple Development IOS Push Services: ${bundleId}`,
        bundleId,
      ),
    subscribe: (listener) => events.subscribe(listener),
    handler: (request, response) => handle(emulator, consoleFiles, request, response),
    close,
    [Symbol.asyncDispose]: close,
  };
  return emulator;
}
