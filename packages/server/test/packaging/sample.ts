// The contents of the sample data directories: one device, one accepted message, one waiting message.
export const SAMPLE = {
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  instanceId: 'support',
  contactId: 'kept-contact',
  registration: {
    instanceId: 'support',
    pinpointAppArn: 'arn:aws:mobiletargeting:eu-central-1:000000000000:apps/support',
    deviceType: 'GCM',
    deviceToken: 'a-kept-token',
    contactConfiguration: { contactId: 'kept-contact', includeRawMessage: true },
    clientToken: 'a-kept-client-token',
  },
  sent: message('sent', 'Hello!'),
  waiting: message('waiting', 'Are you there?'),
} as const;

function message<const Id extends string>(id: Id, content: string) {
  return {
    id,
    contactId: 'kept-contact',
    type: 'MESSAGE',
    contentType: 'text/plain',
    content,
    participantRole: 'AGENT',
  } as const;
}
