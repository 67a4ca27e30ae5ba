// For every operation a valid input, and every violation of its shape.
import { OPERATIONS, encodeComponent, pathMembers } from '@chatpush/wire';
import type { ApplicationOperationName, Input, Operation, OperationName, Shape } from '@chatpush/wire';

export const GOOD_INPUTS: { readonly [N in OperationName]: Input<N> } = {
  CreatePushNotificationRegistration: {
    InstanceId: 'i-1',
    ClientToken: 'once',
    PinpointAppArn: 'arn:aws:mobiletargeting:us-east-1:000000000000:apps/a',
    DeviceToken: 'token',
    DeviceType: 'APNS',
    ContactConfiguration: { ContactId: 'c-1', ParticipantRole: 'CUSTOMER', IncludeRawMessage: false },
  },
  DeletePushNotificationRegistration: { InstanceId: 'i-1', RegistrationId: 'r-1', ContactId: 'c-1' },
  ListPushNotificationRegistrations: {
    InstanceId: 'i-1',
    ContactId: 'c-1',
    MaxResults: 10,
    NextToken: 'next',
  },
  GetRegistration: { InstanceId: 'i-1', RegistrationId: 'r-1' },
  PreviewPush: {
    PinpointAppArn: 'arn:aws:mobiletargeting:us-east-1:000000000000:apps/a',
    Type: 'MESSAGE',
    ContentType: 'text/plain',
    Content: 'Hello',
    ParticipantRole: 'AGENT',
    DisplayName: 'Ann',
    MessageVisibility: 'ALL',
    ContactId: 'c-1',
    IncludeRawMessage: true,
  },
  ListNodes: {},
  PutChatEvents: {
    InstanceId: 'i-1',
    Events: [
      {
        Id: 'e-1',
        ContactId: 'c-1',
        InitialContactId: 'c-0',
        Type: 'MESSAGE',
        ContentType: 'text/plain',
        Content: 'Hello',
        ParticipantRole: 'AGENT',
        DisplayName: 'Ann',
        MessageVisibility: 'ALL',
        AbsoluteTime: '2026-11-22T19:00:00.000Z',
      },
    ],
  },
  ListDeliveries: {
    InstanceId: 'i-1',
    ContactId: 'c-1',
    Status: 'undelivered',
    Reason: 'BadDeviceToken',
    PinpointAppArn: 'arn:aws:mobiletargeting:us-east-1:000000000000:apps/a',
    DeviceType: 'APNS',
    StartTime: '2026-11-22T19:00:00.000Z',
    EndTime: '2026-11-22T20:00:00.000Z',
    MaxResults: 10,
    NextToken: 'next',
  },
  GetDelivery: { InstanceId: 'i-1', DeliveryId: 'd-1' },
  GetDeliveryCounts: { InstanceId: 'i-1', Minutes: 30, EndTime: '2026-11-22T20:00:00.000Z' },
  ReplayDelivery: { InstanceId: 'i-1', DeliveryId: 'd-1' },
  WithdrawDelivery: { InstanceId: 'i-1', DeliveryId: 'd-1' },
  StartChatContact: {
    InstanceId: 'i-1',
    ContactFlowId: 'flow',
    Attributes: { key: 'value' },
    ParticipantDetails: { DisplayName: 'Ann' },
    InitialMessage: { ContentType: 'text/plain', Content: 'Hello' },
    ClientToken: 'once',
    ChatDurationInMinutes: 60,
    SupportedMessagingContentTypes: ['text/plain'],
    PersistentChat: { RehydrationType: 'FROM_SEGMENT', SourceContactId: 'c-0' },
    RelatedContactId: 'c-0',
    CustomerId: 'customer',
    ConnectionTypes: ['CONNECTION_CREDENTIALS'],
    ChatStreamingConfiguration: { StreamingEndpointArn: 'arn:aws:sns:eu-central-1:123456789012:chat' },
  },
  ExamineChannel: {
    PinpointAppArn: 'arn:aws:mobiletargeting:us-east-1:000000000000:apps/a',
    DeviceType: 'APNS',
  },
  StopContact: { InstanceId: 'i-1', ContactId: 'c-1', DisconnectReason: { Code: 'DONE' } },
  CreateParticipant: {
    InstanceId: 'i-1',
    ContactId: 'c-1',
    ClientToken: 'once',
    ParticipantDetails: { ParticipantRole: 'CUSTOM_BOT', DisplayName: 'Ann' },
  },
};

const ofApplication = { ApplicationId: 'a' };
const tagged = { ResourceArn: GOOD_INPUTS.CreatePushNotificationRegistration.PinpointAppArn };

/** The same for the operations that set up applications: they are about the application of the others. */
export const GOOD_APPLICATION_INPUTS: { readonly [N in ApplicationOperationName]: object } = {
  CreateApp: { Name: 'Support' },
  GetApp: ofApplication,
  GetApps: {},
  DeleteApp: ofApplication,
  GetApnsChannel: ofApplication,
  UpdateApnsChannel: { ...ofApplication, Enabled: true },
  DeleteApnsChannel: ofApplication,
  GetApnsSandboxChannel: ofApplication,
  UpdateApnsSandboxChannel: { ...ofApplication, Enabled: true },
  DeleteApnsSandboxChannel: ofApplication,
  GetGcmChannel: ofApplication,
  UpdateGcmChannel: { ...ofApplication, Enabled: true },
  DeleteGcmChannel: ofApplication,
  GetChannels: ofApplication,
  GetApplicationSettings: ofApplication,
  UpdateApplicationSettings: ofApplication,
  GetApplicationNotification: ofApplication,
  UpdateApplicationNotification: { ...ofApplication, Title: 'Support' },
  TagResource: { ...tagged, tags: { a: 'b' } },
  UntagResource: { ...tagged, TagKeys: ['a'] },
  ListTagsForResource: tagged,
  SendMessages: { ...ofApplication, MessageConfiguration: {} },
  CreateIntegrationAssociation: {
    InstanceId: 'i-1',
    IntegrationType: 'PINPOINT_APP',
    IntegrationArn: tagged.ResourceArn,
  },
  ListIntegrationAssociations: { InstanceId: 'i-1' },
  DeleteIntegrationAssociation: { InstanceId: 'i-1', IntegrationAssociationId: 'one' },
};

export interface BadInput {
  readonly input: object;
  /** The faulty member, as its fault names it. */
  readonly path: string;
  readonly what: string;
  /** Words of the constraint that must be in the answer. */
  readonly constraint: string;
}

interface Fault {
  readonly path: readonly string[];
  readonly what: string;
  readonly value: unknown;
  readonly constraint: string;
}

/** A value of JSON `undefined` leaves the member out. */
function* faults(shape: Shape & { required?: true }, path: readonly string[]): Generator<Fault> {
  const fault = (what: string, value: unknown, constraint: string): Fault => ({
    path,
    what,
    value,
    constraint,
  });
  const others = [true, 7, 'x', [], {}];
  const wrongTypes = (isRight: (value: unknown) => boolean) => others.filter((value) => !isRight(value));
  if (shape.required) {
    yield fault('missing', undefined, 'Member must not be null');
    yield fault('null', null, 'Member must not be null');
  }
  switch (shape.kind) {
    case 'string': {
      for (const value of wrongTypes((value) => typeof value === 'string'))
        yield fault('of a wrong type', value, 'Member must be a string');
      if (shape.min) yield fault('empty', '', 'Value with length 0');
      if (shape.max) {
        const longer = `Value with length ${shape.max + 1}`;
        yield fault('one character too long', 'x'.repeat(shape.max + 1), longer);
        yield fault('one code point too long', '𝄞'.repeat(shape.max + 1), longer);
      }
      if (shape.maxBytes) yield fault('too many bytes', 'é'.repeat(shape.maxBytes / 2 + 1), 'bytes in UTF-8');
      if (shape.values) {
        yield fault('unknown', 'NONE_OF_THESE', 'enum value set');
        const [first = ''] = shape.values;
        const otherwise = first === first.toLowerCase() ? first.toUpperCase() : first.toLowerCase();
        yield fault('in the other case', otherwise, 'enum value set');
      }
      if (shape.format) yield fault('no date', 'yesterday', 'ISO 8601');
      return;
    }
    case 'unsupported':
      for (const value of others.filter((one) => !shape.except.some((taken) => taken === one)))
        yield fault('asked for', value, shape.why);
      return;
    case 'boolean':
      for (const value of wrongTypes((value) => typeof value === 'boolean'))
        yield fault('of a wrong type', value, 'Member must be a boolean');
      return;
    case 'integer':
      for (const value of [1.5, ...wrongTypes((value) => typeof value === 'number')])
        yield fault('of a wrong type', value, 'Member must be an integer');
      if (shape.min !== undefined) yield fault('too small', shape.min - 1, `${shape.min}`);
      if (shape.max !== undefined) yield fault('too great', shape.max + 1, `${shape.max}`);
      return;
    case 'list':
      for (const value of wrongTypes(Array.isArray))
        yield fault('of a wrong type', value, 'Member must be a list');
      if (shape.min) yield fault('empty', [], 'Value with length 0');
      if (shape.max)
        yield fault(
          'too long',
          Array.from({ length: shape.max + 1 }, () => ({})),
          `${shape.max}`,
        );
      yield { ...fault('null', null, 'Member must not be null'), path: [...path, '0'] };
      yield* faults(shape.of, [...path, '0']);
      return;
    case 'map':
      for (const value of [true, 7, 'x', []]) yield fault('of a wrong type', value, 'Member must be a map');
      yield* faults(shape.of, [...path, 'key']);
      if (shape.maxBytes) {
        const half = 'x'.repeat(shape.maxBytes / 2);
        yield fault('too many bytes', { a: half, b: half }, 'bytes in UTF-8');
      }
      return;
    case 'structure':
      for (const value of [true, 7, 'x', []])
        yield fault('of a wrong type', value, 'Member must be a structure');
      for (const [name, member] of Object.entries(shape.members)) yield* faults(member, [...path, name]);
  }
}

/** Every input that differs from the valid one in one invalid member. */
export function badInputs(name: OperationName): BadInput[] {
  const operation: Operation = OPERATIONS[name];
  const inPath = new Set(pathMembers(operation.path));
  const inQuery = new Set(Object.keys(operation.query ?? {}));
  return Object.entries(operation.input.members)
    .flatMap(([member, shape]) => Array.from(faults(shape, [member])))
    .filter(({ path: [member = ''], value }) => {
      // A segment of a path is always there and always text; so is what stands in a query.
      if (inPath.has(member)) return typeof value === 'string' && value !== 'x';
      if (inQuery.has(member)) return value === undefined || typeof value !== 'object';
      return true;
    })
    .filter(
      ({ path: [member = ''], constraint }) =>
        !inQuery.has(member) || constraint !== 'Member must be a string',
    )
    .map(({ path, what, value, constraint }) => ({
      input: replaced(GOOD_INPUTS[name], path, value),
      path: `/${path.join('/')}`,
      what,
      constraint,
    }));
}

function replaced(whole: unknown, [step, ...rest]: readonly string[], value: unknown): object {
  const copy: Record<string, unknown> = Array.isArray(whole)
    ? ([...(whole as unknown[])] as unknown as Record<string, unknown>)
    : { ...(whole as object) };
  copy[step!] = rest.length === 0 ? value : replaced(copy[step!], rest, value);
  return copy;
}

export interface EncodedInput {
  readonly method: string;
  readonly target: string;
  readonly body: string;
}

/** What any client could send for an input, however wrong. */
export function encodeInput(operation: Operation, input: object): EncodedInput {
  const rest = { ...input } as Record<string, unknown>;
  const taken = (name: string): string => {
    const value = rest[name];
    delete rest[name];
    return encodeComponent(String(value));
  };
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => taken(name));
  const query = Object.entries(operation.query ?? {})
    .filter(([name]) => rest[name] !== undefined || (delete rest[name], false))
    .map(([name, key]) => `${key}=${taken(name)}`);
  const hasBody = operation.method === 'PUT' || operation.method === 'POST';
  return {
    method: operation.method,
    target: query.length === 0 ? path : `${path}?${query.join('&')}`,
    body: hasBody ? JSON.stringify(rest) : '',
  };
}
