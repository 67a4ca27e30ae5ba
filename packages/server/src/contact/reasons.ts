// Why a chat event made no push: the closed list, with the sentence that people read.

export const EVENT_REASONS = {
  'own-message': 'The customer wrote it.',
  'not-visible-to-customer': 'The customer may not see it.',
  'not-a-message': 'Only messages and attachments push; typing, receipts, joining, leaving and ends do not.',
  'contact-unknown': 'Nobody registered a device for this contact or started it here.',
  'contact-ended': 'The chat was over when this was said, or this came too long after the end.',
  'no-registration': 'The contact has no registered device.',
  suspended:
    'The gateway doubts the device token; nothing is sent until the device is registered again or its channel changes.',
  expired: 'It was too old to be worth a push.',
  duplicate:
    'The same event came before; nothing new is sent. Said in the answer alone: the log has what became of it the first time.',
} as const satisfies { readonly [reason: string]: string };

export type EventReason = keyof typeof EVENT_REASONS;
