// `chatpush replay` and `chatpush withdraw`, against a running service and the phones of its emulator.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { replay, withdraw } from '../../src/cli/delivery-verbs.ts';
import { why } from '../../src/cli/why.ts';
import type { Verb } from '../../src/cli/verbs.ts';
import { INSTANCE, iphone, startSystem } from '../promises/system.ts';
import type { System } from '../promises/system.ts';

let system: System;
before(async () => {
  system = await startSystem();
});
after(() => system.close());

async function run(verb: Verb, ...argv: string[]): Promise<{ code: number; said: string }> {
  let said = '';
  const code = await verb([...argv, '--endpoint', system.service.url], {}, (text) => {
    said += text;
  });
  return { code, said };
}

/** A push that the gateway refused; the faults stay until they are cleared. */
async function failedPush(contactId: string, status: number, reason: string) {
  const token = iphone(contactId);
  await system.register(contactId, token);
  system.emulator.faults.set([{ gateway: 'apns', fault: 'http', status, reason }]);
  await system.say(contactId, 'm1', `Hello ${contactId}`);
  await system.settled(contactId, ([entry]) => (entry?.attemptCount ?? 0) > 0);
  const { said } = await run(why, contactId, '--instance', INSTANCE);
  const id = /^ {4}delivery ([-0-9a-f]{36})$/m.exec(said)?.[1];
  assert.ok(id, said);
  return { id, phone: system.emulator.phone(token) };
}

test('a failed push is replayed by the id that `why` shows, and reaches the phone', async () => {
  const { id, phone } = await failedPush('replayed', 413, 'PayloadTooLarge');
  system.emulator.faults.clear();
  const { code, said } = await run(replay.run, id, '--instance', INSTANCE);
  assert.equal(code, 0, said);
  assert.match(said, /message m1 to registration [-\w]+: waits\. The delivery was replayed/);
  const [notification] = await phone.waitFor({ contains: 'Hello replayed' });
  assert.equal(notification?.headers['apns-id'], id);
  await system.settled('replayed', ([entry]) => entry?.status === 'accepted');
  const again = await run(replay.run, id, '--instance', INSTANCE);
  assert.deepEqual(
    [again.code, again.said],
    [1, 'Nothing was changed. The gateway accepted the delivery: it is never pushed twice.\n'],
  );
  const json = await run(replay.run, id, '--instance', INSTANCE, '--json');
  assert.equal(json.code, 1);
  assert.deepEqual(JSON.parse(json.said), {
    error: 'ConditionalOperationFailedException',
    message: 'The gateway accepted the delivery: it is never pushed twice.',
  });
});

test('a waiting push is withdrawn and never reaches the phone', async () => {
  const { id, phone } = await failedPush('withdrawn', 403, 'InvalidProviderToken');
  const { code, said } = await run(withdraw.run, id, '--instance', INSTANCE, '--json');
  assert.equal(code, 0, said);
  const { deliveryId, status, reason } = JSON.parse(said) as Record<string, unknown>;
  assert.deepEqual([deliveryId, status, reason], [id, 'withdrawn', 'withdrawn-on-request']);
  system.emulator.faults.clear();
  const refused = await run(replay.run, id, '--instance', INSTANCE);
  assert.equal(refused.code, 1);
  assert.match(refused.said, /content was erased then\. A call of WithdrawDelivery withdrew the delivery\./);
  assert.equal(phone.notifications.length, 0);
});

test('missing and unknown arguments are reported', async () => {
  assert.equal((await run(replay.run)).code, 2);
  const none = await run(withdraw.run, 'an-id');
  assert.equal(none.code, 2);
  assert.match(
    none.said,
    /^Which instance\? .*\n {2}chatpush withdraw an-id --instance support\n\nchatpush withdraw/,
  );
  const unknown = await run(replay.run, 'no-such-id', '--instance', INSTANCE);
  assert.deepEqual(
    [unknown.code, unknown.said],
    [
      1,
      'Nothing was changed. The instance has no such delivery, or it was older than 7 days and has been deleted.\n',
    ],
  );
});
