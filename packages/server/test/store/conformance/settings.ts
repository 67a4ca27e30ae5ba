import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fresh, useStore, type Open } from './harness.ts';

export function settingCases(open: Open): void {
  describe('putSetting', () => {
    const at = useStore(open);

    test('writes over the expected version only', async () => {
      const { store } = at;
      const id = fresh('application');
      assert.equal(await store.putSetting('application', id, 1, 'a'), 'changed');
      assert.equal(await store.putSetting('application', id, 0, 'a'), 'committed');
      assert.equal(await store.putSetting('application', id, 0, 'b'), 'changed');
      assert.equal(await store.putSetting('application', id, 1, 'b'), 'committed');
      assert.deepEqual(await store.setting('application', id), {
        kind: 'application',
        id,
        version: 2,
        body: 'b',
      });
    });

    test('without a body removes it', async () => {
      const { store } = at;
      const id = fresh('key');
      await store.putSetting('access-key', id, 0, 'a');
      assert.equal(await store.putSetting('access-key', id, 2), 'changed');
      assert.equal(await store.putSetting('access-key', id, 1), 'committed');
      assert.equal(await store.setting('access-key', id), undefined);
      assert.equal(await store.putSetting('access-key', id, 0), 'committed');
      assert.equal(await store.putSetting('access-key', id, 0, 'again'), 'committed');
    });

    test('of 20 concurrent writes over one version exactly one wins', async () => {
      const id = fresh('instance');
      for (let version = 0; version < 3; version++) {
        const results = await Promise.all(
          Array.from({ length: 20 }, (_, index) =>
            (index % 2 === 0 ? at.stores[0] : at.stores[1]).putSetting('instance', id, version, `${index}`),
          ),
        );
        assert.equal(results.filter((result) => result === 'committed').length, 1);
        const stored = await at.store.setting('instance', id);
        assert.deepEqual([stored?.version, stored?.body], [version + 1, `${results.indexOf('committed')}`]);
      }
    });
  });

  describe('setting', () => {
    const at = useStore(open);

    test('kinds are separate', async () => {
      const id = fresh('id');
      await at.store.putSetting('application', id, 0, 'a');
      assert.equal(await at.store.setting('instance', id), undefined);
      assert.equal(await at.store.setting('application', fresh('id')), undefined);
    });
  });

  describe('settings', () => {
    const at = useStore(open);

    test('lists a kind by id, page by page', async () => {
      const names = ['Z', 'a', 'ä', 'arn:aws:mobiletargeting:us-east-1:000000000000:apps/b', '_', 'b'];
      for (const id of names) await at.store.putSetting('application', id, 0, `body of ${id}`);
      await at.store.putSetting('instance', 'elsewhere', 0, 'x');
      const seen: string[] = [];
      let next: string | undefined;
      do {
        const page = await at.store.settings('application', { limit: 4, next });
        seen.push(...page.items.map(({ id }) => id));
        for (const { id, body, version } of page.items)
          assert.deepEqual([version, body], [1, `body of ${id}`]);
        ({ next } = page);
      } while (next !== undefined);
      assert.deepEqual(seen, names.sort());
      assert.deepEqual(await at.store.settings('access-key', { limit: 4 }), { items: [] });
    });
  });

  describe('hint', () => {
    const at = useStore(open);

    test('reaches listeners of both connections until they stop listening', async () => {
      const [here, there] = at.stores;
      const heard: string[] = [];
      const next = (store: typeof here, id: string) =>
        new Promise<void>((resolve) => {
          const stop = store.onHint((kind, hinted) => {
            if (hinted !== id) return;
            heard.push(`${kind} ${hinted}`);
            stop();
            resolve();
          });
        });
      const both = [next(here, 'one'), next(there, 'one')];
      here.hint('revoked', 'one');
      await Promise.all(both);
      assert.deepEqual(heard, ['revoked one', 'revoked one']);
      const last = next(there, 'two');
      here.hint('revoked', 'one');
      here.hint('work', 'two');
      await last;
      assert.deepEqual(heard, ['revoked one', 'revoked one', 'work two']);
    });
  });
}
