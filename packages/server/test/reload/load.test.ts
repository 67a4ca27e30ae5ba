// A reload under load loses nothing and refuses no valid call: while pushes are sent, the APNs key alternates between two valid
// ones, a second access key is added and removed, and sometimes the file is invalid. `npm run bench -- reload` does the same at
// 500 pushes per second.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PEM } from '../config/keys.ts';
import { INSTANCE, KEY, apnsAt, iphone, settingsFor, startPlace } from './place.ts';

const SECOND = { id: 'SECOND', secret: 'the second secret', instances: 'all' };
const CONTACTS = 20;
const BATCHES = 60;
const BATCH = 10;

test('nothing is lost, sent twice or refused while settings change 15 times', async (t) => {
  const other = { keyId: 'OTHERKEY01', teamId: 'OTHERTEAM1', key: PEM.p8 };
  const place = await startPlace(t, { keys: { apns: [other] } });
  const { keyId, teamId } = other;
  const channels = [
    { APNS: apnsAt(place.emulator) },
    { APNS: { ...apnsAt(place.emulator), keyId, teamId, privateKey: PEM.p8 } },
  ];
  const arrived = new Map<string, number>();
  const stopCounting = place.emulator.subscribe((event) => {
    if (event.type !== 'notification') return;
    const { messageId } = event.notification.payload as { messageId: string };
    arrived.set(messageId, (arrived.get(messageId) ?? 0) + 1);
  });
  t.after(stopCounting);
  for (let contact = 0; contact < CONTACTS; contact++)
    await place.register(`c-${contact}`, iphone(`p-${contact}`));

  let sent = 0;
  const sending = { done: false };
  const client = place.client();
  const load = (async () => {
    for (let batch = 0; batch < BATCHES; batch++) {
      const { results } = await client.putChatEvents({
        instanceId: INSTANCE,
        events: Array.from({ length: BATCH }, () => ({
          id: `m-${sent}`,
          contactId: `c-${sent++ % CONTACTS}`,
          type: 'MESSAGE' as const,
          content: 'Hello',
          participantRole: 'AGENT' as const,
        })),
      });
      assert.ok(results.every(({ deliveries, reason }) => deliveries === 1 && reason === undefined));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    sending.done = true;
  })();

  let reloads = 0;
  for (let turn = 1; !sending.done; turn++) {
    if (turn % 3 === 0) {
      place.write('{ broken');
      await assert.rejects(place.service.reload(), /not JSON/);
    } else {
      const [application] = settingsFor(place.emulator)['applications'] as [object];
      place.write(
        place.settings({
          accessKeys: turn % 2 === 0 ? [KEY, SECOND] : [KEY],
          applications: [{ ...application, channels: channels[turn % 2] }],
        }),
      );
      reloads += (await place.service.reload()).length > 0 ? 1 : 0;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await load;
  const until = Date.now() + 30_000;
  while (arrived.size < sent && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(arrived.size, sent);
  assert.ok(reloads >= 10, `${reloads} reloads`);
  assert.deepEqual(
    [...arrived].filter(([, times]) => times > 1),
    [],
  );
});
