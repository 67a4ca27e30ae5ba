// Why a chat event led to no push: the complete list, with the sentence shown to people.

export const EVENT_REASONS = {
  'own-message': 'The customer wrote this message.',
  'not-visible-to-customer': 'The customer may not see this message.',
  'not-a-message':
    'Only messages and attachments are pushed; typing, receipts, joining, leaving and the end of a chat are not.',
  'contact-unknown': 'No device was registered for this contact, and it was not started here.',
  'contact-ended': 'The chat had ended before this message, or the message arrived too long after the end.',
  'no-registration': 'The contact has no registered device.',
  suspended:
    'The gateway did not recognize the device token; nothing is sent until the device is registered again or its channel changes.',
  expired: 'The message was too old to be worth a push.',
  duplicate:
    'This event was already processed; nothing new is sent. Only the answer says so: the log keeps the result of the first time.',
} as const satisfies { readonly [reason: string]: string };

export type EventReason = keyof typeof EVENT_REASONS;
