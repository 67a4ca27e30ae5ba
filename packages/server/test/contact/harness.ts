// Shared by the tests of the rules: a time, a device, and functions that apply a rule's answer.
import assert from 'node:assert/strict';
import type { Change } from '../../src/contact/change.ts';
import type { ContactDocument } from '../../src/contact/document.ts';
import { register } from '../../src/contact/register.ts';
import type { RegisterInput } from '../../src/contact/register.ts';
import { DEFAULT_CONTACT_SETTINGS as SETTINGS } from '../../src/contact/settings.ts';

export const NOW = Date.UTC(2026, 10, 22, 12);
export const SECOND = 1_000;
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export const input = (changes: Partial<RegisterInput> = {}): RegisterInput => ({
  registrationIds: ['r1', 'r2'],
  deviceToken: 'abcdef01',
  deviceType: 'APNS',
  applicationArn: 'arn:aws:mobiletargeting:us-east-1:000000000000:apps/a',
  includeRawMessage: false,
  createContact: true,
  ...changes,
});

export function accepted<R, D>(change: Change<R, D>): { document?: D; result: R } {
  if ('refusal' in change) assert.fail(`refused: ${change.refusal.name}: ${change.refusal.message}`);
  return change;
}

export function refused<R, D>(change: Change<R, D>): string {
  if (!('refusal' in change)) assert.fail('accepted');
  return change.refusal.name;
}

export function written<R>(change: Change<R>): ContactDocument {
  const { document } = accepted(change);
  assert.ok(document, 'nothing to write');
  return document;
}

export const registered = (changes: Partial<RegisterInput> = {}, now = NOW, onto?: ContactDocument) =>
  written(register(onto, input(changes), now, SETTINGS));
