// A crash at any store call never causes two registrations or a lost one.
//
// The store is wrapped so that one call fails: before it reaches the store, or after the store has done the work but before the
// caller gets the answer, which is how a dead process or connection looks from outside. The caller then retries, like the SDKs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreUnavailableError } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { DAY, INSTANCE, NODE, create, createService, message, openService } from './harness.ts';

interface Crash {
  /** The index of the failing store call, from 0. */
  readonly at: number;
  readonly when: 'before' | 'after';
}

function crashing(store: Store, crash: Crash) {
  let calls = 0;
  let crashed = false;
  const wrapped = new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function' || name === 'onHint' || name === 'hint') return value;
      return async (...parameters: unknown[]): Promise<unknown> => {
        const mine = calls++ === crash.at;
        if (mine) crashed = true;
        if (mine && crash.when === 'before') throw new StoreUnavailableError('crash before');
        const result = await (Reflect.apply(value, target, parameters) as Promise<unknown>);
        if (mine) throw new StoreUnavailableError('crash after');
        return result;
      };
    },
  });
  return { store: wrapped, happened: () => crashed };
}

async function untilAnswered<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof StoreUnavailableError) || tries > 3) throw error;
    }
  }
}

for (const when of ['before', 'after'] as const) {
  test(`a crash ${when} any store call of a registration leaves exactly the returned one`, async () => {
    await using base = await openService();
    for (let at = 0; ; at++) {
      const contactId = `contact-${at}`;
      const crash = crashing(base.store, { at, when });
      // Each process is new and has no memory of the failed call.
      const start = () => createService(crash.store, base.clock);
      const input = create({
        contactId,
        ClientToken: `token-${at}`,
        DeviceToken: `device-${at}`,
        InstanceId: `i-${at}`,
      });
      const answer = await untilAnswered(() => start().call('CreatePushNotificationRegistration', input));
      const key = { InstanceId: `i-${at}`, ContactId: contactId };
      const { Registrations } = await base.call('ListPushNotificationRegistrations', key);
      assert.deepEqual(
        Registrations.map((one) => one.RegistrationId),
        [answer.RegistrationId],
        `call ${at}`,
      );
      assert.deepEqual(await base.call('CreatePushNotificationRegistration', input), answer);
      if (!crash.happened()) {
        assert.ok(at >= 4, `only ${at} calls of the store were seen`);
        break;
      }
    }
  });

  test(`a crash ${when} any store call of a delete leaves the registration deleted once the call succeeds`, async () => {
    await using base = await openService();
    for (let at = 0; ; at++) {
      const contactId = `contact-${at}`;
      const { RegistrationId } = await base.call('CreatePushNotificationRegistration', create({ contactId }));
      const crash = crashing(base.store, { at, when });
      const key = { InstanceId: INSTANCE, ContactId: contactId };
      const revoked = await untilAnswered(async () => {
        const service = createService(crash.store, base.clock);
        await service.call('DeletePushNotificationRegistration', { ...key, RegistrationId });
        return service.revoked;
      });
      assert.deepEqual(revoked, [RegistrationId]);
      assert.deepEqual((await base.call('ListPushNotificationRegistrations', key)).Registrations, []);
      if (!crash.happened()) {
        assert.ok(at >= 2, `only ${at} calls of the store were seen`);
        break;
      }
    }
  });

  test(`a crash ${when} any store call of a chat event leaves one delivery, and releases the reserved room`, async () => {
    await using base = await openService();
    for (let at = 0; ; at++) {
      const contactId = `contact-${at}`;
      await base.call('CreatePushNotificationRegistration', create({ contactId }));
      const crash = crashing(base.store, { at, when });
      const events = [message({ ContactId: `later-${at}`, InitialContactId: contactId })];
      await untilAnswered(async () => {
        const service = createService(crash.store, base.clock);
        try {
          await service.call('PutChatEvents', { InstanceId: INSTANCE, Events: events });
        } finally {
          assert.equal(service.reservedInAll(), 0);
        }
      });
      const log = await base.call('ListDeliveries', { InstanceId: INSTANCE, ContactId: `later-${at}` });
      assert.equal(log.Deliveries.length, 1);
      assert.equal(log.Deliveries[0]?.Status, 'queued');
      if (!crash.happened()) {
        assert.ok(at >= 4, `only ${at} calls of the store were seen`);
        break;
      }
    }
    assert.equal(await base.store.beat(NODE, DAY), 'alive');
  });
}
