// One message of every kind a chat can hold.
import type { ChatEvent } from '../../src/contact/events.ts';

const INTERACTIVE = 'application/vnd.amazonaws.connect.message.interactive';

export const MESSAGES: Readonly<Record<string, Pick<ChatEvent, 'type' | 'contentType' | 'content'>>> = {
  'plain text': { type: 'MESSAGE', contentType: 'text/plain', content: 'Hello, how can I help? 👋' },
  markdown: {
    type: 'MESSAGE',
    contentType: 'text/markdown',
    content: '**Hello**, see [our page](https://example.com/help)',
  },
  'a list picker': {
    type: 'MESSAGE',
    contentType: INTERACTIVE,
    content: JSON.stringify({
      templateType: 'ListPicker',
      version: '1.0',
      data: {
        replyMessage: { title: 'Thanks for selecting!' },
        content: {
          title: 'How can we help?',
          subtitle: 'Tap to select an option',
          elements: [{ title: 'Check self-service options', secret: 'for programs only' }],
        },
      },
    }),
  },
  'a response': {
    type: 'MESSAGE',
    contentType: `${INTERACTIVE}.response`,
    content: JSON.stringify({
      templateIdentifier: 't1',
      version: '1.0',
      data: { content: { title: 'Tuesday, 3 pm', internal: 'for programs only' } },
    }),
  },
  'an attachment': { type: 'ATTACHMENT', contentType: 'application/pdf', content: 'invoice.pdf' },
  'an attachment without a name': { type: 'ATTACHMENT', contentType: undefined, content: undefined },
  JSON: { type: 'MESSAGE', contentType: 'application/json', content: '{"for":"programs only"}' },
  'a type nobody knows': { type: 'MESSAGE', contentType: 'application/x-new', content: 'for programs only' },
  'a message without a type': { type: 'MESSAGE', contentType: undefined, content: 'Hello' },
  'an empty message': { type: 'MESSAGE', contentType: 'text/plain', content: '' },
};
