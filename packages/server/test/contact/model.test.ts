// Any sequence of calls, gateway answers, transfers and days gives the result of the plain model, on a real store.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { review } from '../../src/contact/lifetime.ts';
import { removeDead } from '../../src/contact/removal.ts';
import { DEFAULT_CONTACT_SETTINGS } from '../../src/contact/settings.ts';
import { isSuspended, suspend } from '../../src/contact/suspension.ts';
import { ServiceError } from '../../src/service-error.ts';
import { findContact } from '../../src/store/contact-change.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { createService, createTestClock, create } from '../operations/harness.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';
import { LIFETIME_MS, QUOTA, TTL_MS, createModel } from './model.ts';
import type { CreateCall, Expected } from './model.ts';

const CONTACTS = ['a', 'b', 'c'];
/** Token as written, device type, and the device the two mean. */
const DEVICES = [
  ['aa', 'APNS', 'iPhone'],
  ['AA', 'APNS_SANDBOX', 'iPhone'],
  ['bb', 'APNS', 'iPad'],
  ['aa', 'GCM', 'Pixel'],
  ['AA', 'GCM', 'Galaxy'],
  ['cc', 'GCM', 'Fold'],
] as const;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const STEPS = [1, 4_999, 5_000, MINUTE, HOUR, 12 * HOUR, 24 * HOUR, 7 * 24 * HOUR];

const contact = fc.constantFrom(...CONTACTS);
/** The index of a registration, modulo the number of registrations so far. */
const which = fc.nat(20);
const step = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({
      kind: fc.constant('create' as const),
      contact,
      device: fc.constantFrom(...DEVICES),
      flag: fc.boolean(),
      token: fc.constantFrom(undefined, 't1', 't2', 't3', 't4'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete' as const), contact, which }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('dead' as const),
      contact,
      which,
      agoMs: fc.constantFrom(0, ...STEPS),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('suspect' as const),
      contact,
      which,
      agoMs: fc.constantFrom(0, ...STEPS),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stop' as const), contact }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('alias' as const), contact, to: contact }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(...STEPS) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('switch' as const), to: fc.constantFrom('A', 'B', 'C') }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('tidy' as const) }) },
);

type StepOf = typeof step extends fc.Arbitrary<infer S> ? S : never;

test('contacts behave as the plain model does', async () => {
  using folder = temporaryFolder();
  const clock = createTestClock();
  // Durability has its own tests; here thousands of commits need not wait for the disk.
  const store = await openSqliteStore({ path: join(folder.path, 'chatpush.db'), clock, synchronous: 'OFF' });
  const settings = {
    ...DEFAULT_CONTACT_SETTINGS,
    registrations: QUOTA,
    lifetimeMs: LIFETIME_MS,
    ttlMs: TTL_MS,
  };
  const service = createService(store, clock, { settings });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => store.close());
  stack.defer(() => service.directory.close());
  const met = new Map<string, number>();
  const meet = (name: string): void => void met.set(name, (met.get(name) ?? 0) + 1);
  let runs = 0;

  async function outcome(call: () => Promise<Expected>): Promise<Expected> {
    try {
      return await call();
    } catch (error) {
      if (error instanceof ServiceError) return error.name;
      throw error;
    }
  }

  async function run(steps: readonly StepOf[]): Promise<void> {
    const InstanceId = `run-${runs++}`;
    let channel = 'A';
    const fingerprintOf = () => channel;
    const model = createModel(clock.now, fingerprintOf);
    const made: string[] = [];
    const registrationId = (n: number): string => made[n % Math.max(1, made.length)] ?? 'never made';
    const key = (contactId: string) => ({ instanceId: InstanceId, contactId });

    const take = async (one: StepOf): Promise<[got: Expected, expected: Expected]> => {
      switch (one.kind) {
        case 'create': {
          const [DeviceToken, DeviceType, device] = one.device;
          const { flag, token } = one;
          const parameters = JSON.stringify([one.contact, DeviceToken, DeviceType, flag]);
          const call: CreateCall = {
            contact: one.contact,
            device,
            type: DeviceType,
            flag,
            token,
            parameters,
          };
          const expected = model.expectCreate(call);
          const input = create({
            InstanceId,
            contactId: one.contact,
            DeviceToken,
            DeviceType,
            raw: flag,
            ClientToken: token,
          });
          const got = await outcome(async () => {
            const { RegistrationId: id } = await service.call('CreatePushNotificationRegistration', input);
            model.created(call, id);
            if (made.includes(id)) return { id };
            made.push(id);
            return 'new';
          });
          return [got, expected];
        }
        case 'delete': {
          const RegistrationId = registrationId(one.which);
          const expected = model.remove(one.contact, RegistrationId);
          const input = { InstanceId, ContactId: one.contact, RegistrationId };
          const got = await outcome(async () => {
            await service.call('DeletePushNotificationRegistration', input);
            return 'ok';
          });
          return [got, expected];
        }
        case 'stop': {
          const expected = model.stop(one.contact);
          const got = await outcome(async () => {
            await service.call('StopContact', { InstanceId, ContactId: one.contact });
            return 'ok';
          });
          return [got, expected];
        }
        case 'dead': {
          const dead = { registrationId: registrationId(one.which), deadSince: clock.now() - one.agoMs };
          model.dead(one.contact, dead.registrationId, dead.deadSince);
          await service.changes.change({
            key: key(one.contact),
            rule: (document, now) => removeDead(document, dead, now),
          });
          return ['ok', 'ok'];
        }
        case 'suspect': {
          const suspicion = {
            registrationId: registrationId(one.which),
            reason: '400',
            askedAt: clock.now() - one.agoMs,
          };
          model.suspect(one.contact, suspicion.registrationId, suspicion.askedAt);
          await service.changes.change({
            key: key(one.contact),
            rule: (document) => suspend(document, suspicion, fingerprintOf),
          });
          return ['ok', 'ok'];
        }
        case 'alias': {
          // Notify never names a contact after itself, by whatever alias; nor does this.
          const { key: initial } = await findContact(store, key(one.to));
          if (initial.contactId !== one.contact) await service.changes.alias(key(one.contact), one.to);
          model.alias(one.contact, one.to);
          return ['ok', 'ok'];
        }
        case 'switch':
          channel = one.to;
          return ['ok', 'ok'];
        case 'wait':
          clock.advance(one.ms);
          return ['ok', 'ok'];
        case 'tidy':
          for (const due of await store.ended(100))
            await service.changes.change({
              key: due,
              rule: (document, now) => review(document, now, settings),
            });
          while (await store.sweep(100));
          model.tidy();
          return ['ok', 'ok'];
      }
    };

    for (const [index, one] of steps.entries()) {
      const [got, expected] = await take(one);
      const name = `${one.kind}: ${typeof expected === 'string' ? expected : 'the same id'}`;
      meet(name);
      assert.deepEqual(got, expected, `step ${index}`);
      for (const contactId of CONTACTS) {
        const { document } = await findContact(store, key(contactId));
        const kept = document?.registrations.map((registration) => ({
          id: registration.registrationId,
          type: registration.deviceType,
          flag: registration.includeRawMessage,
          registeredAt: registration.registeredAt,
          suspended: isSuspended(registration, fingerprintOf),
        }));
        const wanted = model.registrations(contactId)?.map(({ id, type, flag, registeredAt, refusedBy }) => ({
          id,
          type,
          flag,
          registeredAt,
          suspended: refusedBy.has(channel),
        }));
        for (const { suspended } of wanted ?? []) if (suspended) meet('suspended');
        for (const { refusedBy } of model.registrations(contactId) ?? [])
          if (refusedBy.size > 0 && !refusedBy.has(channel)) meet('lifted by another channel');
        assert.deepEqual(kept, wanted, `contact ${contactId} after step ${index}`);
      }
    }
  }

  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 80, size: 'max' }), run), {
    seed: 20_261_122,
    numRuns: 200,
  });

  // A case that never occurred has not been tested.
  for (const name of [
    'create: new',
    'create: the same id',
    'create: InvalidParameterException',
    'create: ResourceNotFoundException',
    'create: ServiceQuotaExceededException',
    'delete: ok',
    'delete: ResourceNotFoundException',
    'suspended',
    'lifted by another channel',
  ])
    assert.ok((met.get(name) ?? 0) >= 20, `${name} was met ${met.get(name) ?? 0} times`);
});
