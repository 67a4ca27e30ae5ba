// The kinds of chat messages, each with a sample: the content type decides what a phone shows.
import type { ChatEvent } from '@chatpush/client';

export interface Kind {
  name: string;
  type: Extract<ChatEvent['type'], 'MESSAGE' | 'ATTACHMENT'>;
  contentType: string;
  sample: string;
}

export const KINDS: readonly [Kind, ...Kind[]] = [
  { name: 'Text', type: 'MESSAGE', contentType: 'text/plain', sample: 'Hello, how can I help you?' },
  {
    name: 'Markdown',
    type: 'MESSAGE',
    contentType: 'text/markdown',
    sample: '**Good news**: your [parcel](https://example.com/4711) arrives _tomorrow_.',
  },
  {
    name: 'List picker',
    type: 'MESSAGE',
    contentType: 'application/vnd.amazonaws.connect.message.interactive',
    sample:
      '{"templateType":"ListPicker","version":"1.0","data":{"content":{"title":"Which order is it about?","elements":[{"title":"4711"},{"title":"4712"}]}}}',
  },
  { name: 'Attachment', type: 'ATTACHMENT', contentType: 'image/png', sample: 'label.png' },
  {
    name: 'JSON for the app',
    type: 'MESSAGE',
    contentType: 'application/json',
    sample: '{"refresh":"orders"}',
  },
];
