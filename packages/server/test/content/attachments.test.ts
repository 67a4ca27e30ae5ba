// An attachment of Amazon Connect's stream carries its names in a list; the phone shows them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEvent, toNotification } from '../../src/contact/events.ts';
import { parseChatMessage } from '../../src/sources/sns/chat-message.ts';

const TEXTS = { genericText: 'generic', attachmentText: 'sent a file: {name}' };

function shown(attachments: unknown): string {
  const message = {
    Id: 'm1',
    ContactId: 'c1',
    Type: 'ATTACHMENT',
    ParticipantRole: 'AGENT',
    Attachments: attachments,
  };
  const { event } = parseChatMessage({
    Message: JSON.stringify(message),
    Timestamp: '2026-11-22T12:00:00.000Z',
    attributes: new Map([
      ['InstanceId', 'i1'],
      ['MessageVisibility', 'ALL'],
    ]),
  } as unknown as Parameters<typeof parseChatMessage>[0]);
  return toNotification(event, 'c1', readEvent(event), TEXTS).body;
}

test('an attachment from Amazon Connect is shown by its name', () => {
  const invoice = { AttachmentId: 'a', AttachmentName: 'invoice.pdf', ContentType: 'application/pdf' };
  assert.equal(shown([invoice]), 'sent a file: invoice.pdf');
  assert.equal(shown([invoice, { AttachmentName: 'terms.pdf' }]), 'sent a file: invoice.pdf, terms.pdf');
});

test('each of several names is cut to its last part', () => {
  const names = ['one.png', '2026/11/two.pdf', String.raw`C:\three.doc`, '4/'];
  assert.equal(
    shown(names.map((AttachmentName) => ({ AttachmentName }))),
    'sent a file: one.png, two.pdf, three.doc',
  );
});

test('a rejected or pending file is not named', () => {
  const of = (Status: unknown, AttachmentName = 'a.pdf') => ({ AttachmentName, Status });
  for (const status of ['REJECTED', 'IN_PROGRESS', 'something new', null])
    assert.equal(shown([of(status)]), 'generic', String(status));
  assert.equal(shown([of('REJECTED'), of('APPROVED', 'b.pdf'), of('IN_PROGRESS')]), 'sent a file: b.pdf');
});

test('an attachment in an unknown format is shown generically', () => {
  for (const odd of [undefined, [], [null], [{}], [{ AttachmentName: 7 }], 'invoice.pdf', {}])
    assert.equal(shown(odd), 'generic');
});
