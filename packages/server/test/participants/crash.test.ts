// SendMessage fails at any store call, before or after its effect, and is retried: one message, one delivery.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHandlers } from '../../src/operations/operations.ts';
import { createPageTokens } from '../../src/operations/page-token.ts';
import { StoreUnavailableError } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { DEFAULT_CONTACT_SETTINGS } from '../../src/contact/settings.ts';
import { applicationParts } from '../operations/applications.ts';
import { INSTANCE, create, openService } from '../operations/harness.ts';

for (const when of ['before', 'after'] as const)
  test(`a crash ${when} any call of the store`, async () => {
    let left = Infinity;
    let calls = 0;
    await using service = await openService({
      wrap: (store): Store => {
        const through =
          <A extends unknown[], R>(verb: (...args: A) => Promise<R>) =>
          async (...args: A): Promise<R> => {
            calls++;
            const fails = left-- === 0;
            if (fails && when === 'before') throw new StoreUnavailableError('crash');
            const result = await verb(...args);
            if (fails) throw new StoreUnavailableError('crash');
            return result;
          };
        return {
          ...store,
          contacts: through((keys) => store.contacts(keys)),
          claimed: through((...key) => store.claimed(...key)),
          commit: through((change) => store.commit(change)),
          enqueue: through((batch, node, credit) => store.enqueue(batch, node, credit)),
          onHint: (listener) => store.onHint(listener),
        };
      },
    });
    await service.call('CreatePushNotificationRegistration', create({ contactId: 'a' }));
    const handlers = createHandlers({
      ...applicationParts(service.store),
      store: service.store,
      changes: service.changes,
      clock: service.clock,
      directory: service.directory,
      settings: DEFAULT_CONTACT_SETTINGS,
      notify: service.notify,
      fingerprintOf: () => undefined,
      participantKeys: () => Buffer.alloc(32, 7),
      pageTokens: createPageTokens(() => [Buffer.alloc(32, 9)]),
      outageOf: () => undefined,
      registrationRefusal: async () => undefined,
      onRevoked: () => {},
      onWork: () => {},
    });
    const participant = {
      instanceId: INSTANCE,
      contactId: 'a',
      participantId: 'p',
      role: 'CUSTOM_BOT',
      expiresAt: Infinity,
    };
    const send = (ClientToken: string) =>
      handlers.SendMessage(
        { ConnectionToken: 'checked before', ContentType: 'text/plain', Content: 'hello', ClientToken },
        { participant, requestId: 'r' },
      );
    calls = 0;
    await send('counted');
    const inAll = calls;
    assert.ok(inAll >= 4, `${inAll} calls`);
    for (let at = 0; at < inAll; at++) {
      left = at;
      await assert.rejects(send(`token-${at}`), { name: 'StoreUnavailableError' });
      left = Infinity;
      const { Id } = await send(`token-${at}`);
      assert.equal((await send(`token-${at}`)).Id, Id);
    }
    const { items } = await service.store.deliveries(
      { instanceId: INSTANCE, contactId: 'a' },
      { limit: 100 },
    );
    assert.equal(items.length, inAll + 1);
  });
