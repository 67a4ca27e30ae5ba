// npm run demo: a short support chat, played against a service on this machine, with our client and with the AWS SDK.
// It stays up afterwards for you to explore; with --once it exits.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ConnectClient,
  CreatePushNotificationRegistrationCommand,
  DeletePushNotificationRegistrationCommand,
  StopContactCommand,
} from '@aws-sdk/client-connect';
import { DeviceType, ResourceNotFoundException, createClient, generateClientToken } from '@chatpush/client';
import { readConfig, startService } from 'chatpush';
import { playCrash, playWeather } from './weather.ts';

const IPHONE = '00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0';
const ANDROID = 'dQw4w9WgXcQ:APA91bHun4MxP5egoKMwt2KZFBaFUH-1RYqx';
const INSTANCE = '11111111-2222-3333-4444-555555555555';
const APPLICATION = 'arn:aws:mobiletargeting:eu-central-1:000000000000:apps/support';

const say = (text = ''): void => console.log(text);
const step = (text: string): void => say(`\n▸ ${text}`);

const folder = await mkdtemp(join(tmpdir(), 'chatpush-demo-'));
const service = await startService(
  readConfig({ CHATPUSH_PORT: '0', CHATPUSH_STORE: `sqlite:${join(folder, 'demo.db')}` }),
  { logLevel: 'error' },
);
const emulator = service.emulator!;

const settings = {
  region: 'eu-central-1',
  endpoint: service.url,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
};
const client = createClient(settings);
const sdk = new ConnectClient(settings);

/** Sends a message as the agent and waits until the phones have it. */
async function agentWrites(
  contactId: string,
  id: string,
  text: string,
  phones: readonly string[],
): Promise<void> {
  const from = performance.now();
  const arrivals = phones.map(async (token) => {
    await emulator.phone(token).waitFor({ contains: text });
    return Math.round(performance.now() - from);
  });
  const { results } = await client.putChatEvents({
    instanceId: INSTANCE,
    events: [
      {
        id,
        contactId,
        type: 'MESSAGE',
        contentType: 'text/plain',
        content: text,
        participantRole: 'AGENT',
        displayName: 'Ana',
      },
    ],
  });
  const accepted = Math.round(performance.now() - from);
  say(`  Ana: “${text}”   accepted after ${accepted} ms, ${results[0]!.deliveries} deliveries`);
  const after = await Promise.all(arrivals);
  phones.forEach((token, index) =>
    say(`  ${token === IPHONE ? '🍎 iPhone ' : '🤖 Android'} lights up after ${after[index]} ms`),
  );
}

step('A customer starts a chat and registers two devices for it');
const { contactId } = await client.startChatContact({
  instanceId: INSTANCE,
  contactFlowId: 'support',
  participantDetails: { displayName: 'Jo' },
});
const clientToken = generateClientToken();
const iphone = {
  instanceId: INSTANCE,
  pinpointAppArn: APPLICATION,
  deviceToken: IPHONE,
  deviceType: DeviceType.APNS,
  contactConfiguration: { contactId, includeRawMessage: true },
  clientToken,
} as const;
const { registrationId } = await client.createPushNotificationRegistration(iphone);
say(`  @chatpush/client registered the iPhone:      ${registrationId}`);
const android = await sdk.send(
  new CreatePushNotificationRegistrationCommand({
    InstanceId: INSTANCE,
    PinpointAppArn: APPLICATION,
    DeviceToken: ANDROID,
    DeviceType: 'GCM',
    ContactConfiguration: { ContactId: contactId, IncludeRawMessage: true },
  }),
);
say(`  @aws-sdk/client-connect registered the Android: ${android.RegistrationId}`);

step('The agent writes, the phones light up');
await agentWrites(contactId, 'message-1', 'Hello Jo, your parcel is on its way.', [IPHONE, ANDROID]);
await agentWrites(contactId, 'message-2', 'It arrives tomorrow before noon.', [IPHONE, ANDROID]);

step('The backend crashed and repeats its call with the same client token');
const again = await client.createPushNotificationRegistration(iphone);
say(`  the same registration: ${again.registrationId === registrationId ? 'yes' : 'NO'}`);

step('The customer switches pushes off on the Android phone');
await sdk.send(
  new DeletePushNotificationRegistrationCommand({
    InstanceId: INSTANCE,
    RegistrationId: android.RegistrationId,
    ContactId: contactId,
  }),
);
await agentWrites(contactId, 'message-3', 'Only the iPhone gets this.', [IPHONE]);
say(`  the Android phone still has ${emulator.phone(ANDROID).notifications.length} notifications`);

step('The chat ends, and a late registration is refused');
await sdk.send(new StopContactCommand({ InstanceId: INSTANCE, ContactId: contactId }));
await client.createPushNotificationRegistration({ ...iphone, clientToken: generateClientToken() }).then(
  () => {
    throw new Error('A registration for a contact that has ended was accepted.');
  },
  (error: unknown) => {
    if (!(error instanceof ResourceNotFoundException)) throw error;
    say(`  ${error.name}: ${error.message}`);
  },
);

step('The delivery log of that chat');
const { deliveries } = await client.listDeliveries({ instanceId: INSTANCE, contactId });
for (const { messageId, status, attempts } of deliveries)
  say(
    `  ${messageId}  ${status.padEnd(9)} ${attempts.map(({ gateway, answer }) => `${gateway}: ${answer}`).join(', ')}`,
  );

const stage = { emulator, client, instanceId: INSTANCE, applicationArn: APPLICATION, folder, say };
step('Failures at the gateway');
await playWeather(stage);
step('The service is killed while it is sending');
await playCrash(stage, service.url);

async function stop(): Promise<void> {
  await service.stop();
  await rm(folder, { recursive: true, force: true });
}

if (process.argv.includes('--once')) await stop();
else {
  say(`
The service runs until you press Ctrl+C.
  console with the phones ${service.url}/console/
  the iPhone, as JSON     ${service.url}/emulator/phones/${IPHONE}
  status page             ${service.url}/
Send a message:           curl --aws-sigv4 aws:amz:eu-central-1:connect --user test:test -X PUT ${service.url}/chat-events/${INSTANCE} -H 'content-type: application/json' -d '{"Events":[…]}'`);
  process.once('SIGINT', () => void stop());
  process.once('SIGTERM', () => void stop());
}
