// Whose turn the head of a call uses.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headOwner } from '../../src/http/turn-owner.ts';

test('calls of one instance have one owner, and two instances usually have two', () => {
  const owner = headOwner('/chat-events/i-1');
  assert.equal(headOwner('/chat-events/i-1/contacts/c'), owner);
  const others = Array.from({ length: 100 }, (_, index) => headOwner(`/chat-events/i-${index + 2}`));
  assert.ok(others.filter((other) => other === owner).length < 10);
});

test('applications have their own, too', () => {
  const paths = Array.from({ length: 100 }, (_, index) => `/v1/apps/application-${index}/messages`);
  assert.ok(new Set(paths.map(headOwner)).size > 10);
});

test('invented names do not make many owners', () => {
  const paths = Array.from({ length: 10_000 }, (_, index) => `/${index}/${'x'.repeat(index % 300)}`);
  assert.ok(new Set(paths.map(headOwner)).size <= 32);
});
