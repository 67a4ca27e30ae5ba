// Which changes make a different channel, which ends a suspension, and which do not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createChannelFingerprint } from '../../src/channels/fingerprint.ts';
import { applicationsIn } from '../../src/channels/channels.ts';
import type { EmulatedGateways } from '../../src/channels/channels.ts';
import type { ApnsChannelConfig, ApplicationConfig, FcmChannelConfig } from '../../src/config/config.ts';
import { Secret } from '../../src/config/secret.ts';

const ARN = 'arn:aws:mobiletargeting:us-east-1:000000000000:apps/a';
const application = (channels: ApplicationConfig['channels'], more = {}): ApplicationConfig => ({
  arn: ARN,
  genericText: 'You have a new message',
  attachmentText: 'sent a file: {name}',
  fcmMessage: 'data',
  priority: 'high',
  ttlMinutes: 720,
  channels,
  ...more,
});
const KEY = { keyId: 'ABCDE12345', teamId: 'TEAM123456', privateKey: new Secret('a key') };
const apns = (changes: Partial<ApnsChannelConfig> = {}): ApnsChannelConfig => ({
  gateway: 'apns',
  topic: 'com.example.a',
  port: 443,
  auth: KEY,
  ...changes,
});
const account = (project_id: string, client_email = 'chat@example.com') =>
  new Secret(JSON.stringify({ project_id, client_email, private_key: 'a key', token_uri: 'https://x' }));
const fcm = (changes: Partial<FcmChannelConfig> = {}): FcmChannelConfig => ({
  gateway: 'fcm',
  serviceAccount: account('a'),
  ...changes,
});
const emulator = (port: number): EmulatedGateways => ({
  apns: { host: '127.0.0.1', port },
  apnsSandbox: { host: '127.0.0.1', port: port + 1 },
  fcm: { url: `https://127.0.0.1:${port + 2}` },
  ca: '',
  credentials: {
    apns: { keyId: 'K', teamId: 'T', privateKey: '', topic: 'com.example.chat' },
    fcm: { project_id: 'p', client_email: 'e', private_key: '', token_uri: '' },
  },
});

const of = (
  applications: readonly ApplicationConfig[],
  deviceType: 'APNS' | 'APNS_SANDBOX' | 'GCM',
  emulated?: EmulatedGateways,
  applicationArn = ARN,
) =>
  createChannelFingerprint({
    applicationOf: applicationsIn(applications),
    everything: emulated !== undefined,
    emulator: () => emulated,
  })({
    applicationArn,
    deviceType,
  });
const ofApns = (changes: Partial<ApnsChannelConfig> = {}) =>
  of([application({ APNS: apns(changes) })], 'APNS');
const ofFcm = (changes: Partial<FcmChannelConfig> = {}) => of([application({ GCM: fcm(changes) })], 'GCM');

test('a change that affects which tokens are valid makes a different channel', () => {
  const certificate = (text: string) => ({
    auth: { certificate: text, privateKey: new Secret('a key'), validFrom: 0, expiresAt: 1 },
  });
  const channels = [
    ofApns(),
    ofApns({ topic: 'com.example.b' }),
    ofApns({ auth: { ...KEY, keyId: 'EDCBA54321' } }),
    ofApns({ auth: { ...KEY, teamId: 'OTHER12345' } }),
    ofApns({ url: 'https://relay.example.com' }),
    ofApns(certificate('one')),
    ofApns(certificate('another')),
    of([application({ APNS_SANDBOX: apns() })], 'APNS_SANDBOX'),
    ofFcm(),
    ofFcm({ serviceAccount: account('b') }),
    ofFcm({ url: 'https://relay.example.com' }),
    of([], 'APNS', emulator(1)),
    of([], 'APNS', emulator(11)),
    of([], 'APNS_SANDBOX', emulator(1)),
    of([], 'GCM', emulator(1)),
  ];
  for (const channel of channels) assert.match(channel ?? '', /^[\w-]{16}$/);
  assert.equal(new Set(channels).size, channels.length);
});

test('secrets, appearance and routes to the same gateway do not', () => {
  const auth = { ...KEY, privateKey: new Secret('the same key, written otherwise') };
  assert.equal(ofApns({ auth, port: 2197, ca: 'an authority' }), ofApns());
  assert.equal(of([application({ APNS: apns() }, { sound: 'ping', ttlMinutes: 5 })], 'APNS'), ofApns());
  assert.equal(ofFcm({ serviceAccount: account('a', 'renewed@example.com'), ca: 'an authority' }), ofFcm());
});

test('a missing channel has no fingerprint', () => {
  assert.equal(of([application({ APNS: apns() })], 'GCM'), undefined);
  assert.equal(of([], 'APNS'), undefined);
  assert.equal(of([application({ APNS: { gateway: 'emulated' } })], 'APNS'), undefined);
  // In development an unconfigured application has all channels; a configured one has its own.
  assert.equal(of([application({})], 'APNS', emulator(1)), undefined);
  assert.equal(of([application({})], 'APNS', emulator(1), `${ARN}2`), of([], 'APNS', emulator(1)));
});
