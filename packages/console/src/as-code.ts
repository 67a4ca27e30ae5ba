// What the forms do, as code for a program or a terminal. Pure.
import type { DeviceType, ParticipantRole } from '@chatpush/client';
import { KINDS, type Kind } from './kinds.ts';

interface Endpoint {
  endpoint: string;
  accessKeyId: string;
  instanceId: string;
  applicationArn: string;
}

export interface RegistrationStep extends Endpoint {
  contactId: string;
  deviceToken: string;
  deviceType: DeviceType;
  includeRawMessage: boolean;
}

export interface MessageStep extends Endpoint {
  contactId: string;
  content: string;
  role: ParticipantRole;
  displayName: string;
  kind?: Kind;
}

export interface ChatStep extends Endpoint {
  contactId: string;
}

/** The same step in each language. */
export type AsCode = Readonly<Record<'TypeScript' | 'AWS CLI' | 'curl', string>>;

const regionOf = ({ applicationArn }: Endpoint): string => applicationArn.split(':')[3] || 'us-east-1';

/** Quotes a word for a POSIX shell. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A JavaScript literal, one member per line. */
const literal = (value: unknown): string =>
  JSON.stringify(value, undefined, 2).replaceAll(/^(\s*)"([A-Za-z]+)":/gm, '$1$2:');

// The secret is left out: text copied from a page ends up in tickets.
const typescript = (step: Endpoint, method: string, request: object): string =>
  `import { createClient } from '@chatpush/client';

// Credentials: AWS_ACCESS_KEY_ID=${step.accessKeyId} and AWS_SECRET_ACCESS_KEY in the environment.
const client = createClient({
  endpoint: ${JSON.stringify(step.endpoint)},
  region: ${JSON.stringify(regionOf(step))},
});
await client.${method}(${literal(request)});`;

const curl = (step: Endpoint, method: string, path: string, body: object): string =>
  `curl --aws-sigv4 aws:amz:${regionOf(step)}:connect --user ${quoted(step.accessKeyId)}:"$AWS_SECRET_ACCESS_KEY" \\
  -X ${method} ${quoted(step.endpoint + path)} \\
  -H 'content-type: application/json' \\
  -d ${quoted(JSON.stringify(body))}`;

/** An AWS CLI command with one option per line. */
const awsCli = (
  step: Endpoint,
  command: string,
  options: Readonly<Record<string, string>>,
  more: readonly string[] = [],
): string =>
  [
    `aws ${command}`,
    `--endpoint-url ${quoted(step.endpoint)} --region ${regionOf(step)}`,
    ...Object.entries(options).map(([name, value]) => `--${name} ${value}`),
    ...more,
  ].join(' \\\n  ');

/** The key id is read from the environment, like the secret. */
const withKey = (step: Endpoint, command: string): string =>
  `export AWS_ACCESS_KEY_ID=${quoted(step.accessKeyId)} # and AWS_SECRET_ACCESS_KEY\n${command}`;

export const upperFirst = (name: string): string => name.slice(0, 1).toUpperCase() + name.slice(1);

/** Members as they appear on the wire. */
const onWire = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(onWire);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [upperFirst(name), onWire(member)]),
  );
};

export function registrationAsCode(step: RegistrationStep): AsCode {
  const { instanceId, applicationArn, deviceToken, deviceType, contactId, includeRawMessage } = step;
  const request = {
    pinpointAppArn: applicationArn,
    deviceToken,
    deviceType,
    contactConfiguration: { contactId, includeRawMessage },
  };
  const configuration = JSON.stringify(onWire(request.contactConfiguration));
  return {
    TypeScript: typescript(step, 'createPushNotificationRegistration', { instanceId, ...request }),
    'AWS CLI': withKey(
      step,
      awsCli(step, 'connect create-push-notification-registration', {
        'instance-id': quoted(instanceId),
        'pinpoint-app-arn': quoted(applicationArn),
        'device-type': deviceType,
        'device-token': quoted(deviceToken),
        'contact-configuration': quoted(configuration),
      }),
    ),
    curl: curl(
      step,
      'PUT',
      `/push-notification/${encodeURIComponent(instanceId)}/registrations`,
      onWire(request) as object,
    ),
  };
}

export function messageAsCode(step: MessageStep): AsCode {
  const { instanceId, contactId, content, role, displayName, kind = KINDS[0] } = step;
  const event = {
    id: 'message-1',
    contactId,
    type: kind.type,
    contentType: kind.contentType,
    content,
    participantRole: role,
    displayName,
  };
  return {
    TypeScript: typescript(step, 'putChatEvents', { instanceId, events: [event] }),
    'AWS CLI': withKey(step, sendByAwsCli(step)),
    curl: curl(
      step,
      'PUT',
      `/chat-events/${encodeURIComponent(instanceId)}`,
      onWire({ events: [event] }) as object,
    ),
  };
}

/** What SendMessage takes. */
const SENT_BY_BOTS = new Set(['text/plain', 'text/markdown', 'application/json']);

/** The AWS CLI has no command that publishes to a chat stream, so a bot joins the chat and writes. */
function sendByAwsCli(step: MessageStep): string {
  const { instanceId, contactId, content, displayName, kind = KINDS[0] } = step;
  if (!SENT_BY_BOTS.has(kind.contentType))
    return `# SendMessage takes no ${kind.contentType}: use curl or the client, as Amazon Connect's stream would say it.`;
  const bot = JSON.stringify({ ParticipantRole: 'CUSTOM_BOT', DisplayName: displayName });
  const join = awsCli(
    step,
    'connect create-participant',
    {
      'instance-id': quoted(instanceId),
      'contact-id': quoted(contactId),
      'participant-details': quoted(bot),
    },
    ['--query ParticipantCredentials.ParticipantToken --output text'],
  );
  const connect = awsCli(
    step,
    'connectparticipant create-participant-connection',
    { 'participant-token': '"$participant"', type: 'CONNECTION_CREDENTIALS' },
    ['--query ConnectionCredentials.ConnectionToken --output text'],
  );
  const send = awsCli(step, 'connectparticipant send-message', {
    'connection-token': '"$connection"',
    'content-type': kind.contentType,
    content: quoted(content),
  });
  return `participant=$(${join})\nconnection=$(${connect})\n${send}`;
}

export function startAsCode(step: Endpoint): AsCode {
  const { instanceId } = step;
  const request = {
    contactFlowId: 'console',
    participantDetails: { displayName: 'Customer' },
  };
  return {
    TypeScript: typescript(step, 'startChatContact', { instanceId, ...request }),
    'AWS CLI': withKey(
      step,
      awsCli(step, 'connect start-chat-contact', {
        'instance-id': quoted(instanceId),
        'contact-flow-id': request.contactFlowId,
        'participant-details': `DisplayName=${request.participantDetails.displayName}`,
      }),
    ),
    curl: curl(step, 'PUT', '/contact/chat', onWire({ instanceId, ...request }) as object),
  };
}

export function endAsCode(step: ChatStep): AsCode {
  const { instanceId, contactId } = step;
  return {
    TypeScript: typescript(step, 'stopContact', { instanceId, contactId }),
    'AWS CLI': withKey(
      step,
      awsCli(step, 'connect stop-contact', {
        'instance-id': quoted(instanceId),
        'contact-id': quoted(contactId),
      }),
    ),
    curl: curl(step, 'POST', '/contact/stop', onWire({ instanceId, contactId }) as object),
  };
}
