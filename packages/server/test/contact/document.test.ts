// The stored document.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nameAlias } from '../../src/contact/alias.ts';
import type { Change } from '../../src/contact/change.ts';
import { parseContact, registrationIn, serialiseContact } from '../../src/contact/document.ts';
import type { ContactDocument } from '../../src/contact/document.ts';
import { end } from '../../src/contact/lifetime.ts';
import { register } from '../../src/contact/register.ts';
import { remove } from '../../src/contact/removal.ts';
import { DEFAULT_CONTACT_SETTINGS as SETTINGS } from '../../src/contact/settings.ts';
import { suspend } from '../../src/contact/suspension.ts';
import { NOW, accepted, input, registered, written } from './harness.ts';

describe('the document', () => {
  test('members of a newer version survive every change of an older one', () => {
    const later = parseContact(
      JSON.stringify({
        ...registered(),
        format: 2,
        mood: 'sunny',
        registrations: [{ ...registered().registrations[0], locale: 'de' }],
      }),
    ) as ContactDocument;
    const changes: Change<unknown>[] = [
      register(later, input(), NOW + 1, SETTINGS),
      register(later, input({ registrationIds: ['r2'], deviceToken: 'other' }), NOW + 1, SETTINGS),
      suspend(later, { registrationId: 'r1', reason: '400', askedAt: NOW }, () => 'a channel'),
      end(later, NOW, NOW),
    ];
    for (const change of changes) {
      const kept = JSON.parse(serialiseContact(written(change))) as Record<string, unknown>;
      assert.equal(kept['format'], 2);
      assert.equal(kept['mood'], 'sunny');
      assert.equal((kept['registrations'] as { locale?: string }[])[0]?.locale, 'de');
    }
    assert.equal((written(remove(later, 'r1', NOW)) as unknown as { mood: string }).mood, 'sunny');
  });

  test('a body that no version wrote is a bug, not an empty contact', () => {
    for (const body of ['null', '{}', '{"format":1}', '{"format":1,"endsAt":1}', '[]', '7'])
      assert.throws(() => parseContact(body), TypeError, body);
    assert.throws(() => parseContact('nonsense'), SyntaxError);
  });

  test('an alias uses free space and never displaces registrations', () => {
    assert.deepEqual(accepted(nameAlias(undefined, 'c1')).document, { format: 1, alias: 'c1' });
    assert.deepEqual(accepted(nameAlias(registered(), 'c1')), { result: { named: false } });
    assert.equal(registrationIn({ format: 1, alias: 'c1' }, 'r1'), undefined);
  });
});
