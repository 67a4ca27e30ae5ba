// Pinpoint's applications: what `PinpointAppArn` names. Shapes and answers are those of Amazon's model (Pinpoint 2016-12-01); its
// one-member wrappers around each body (`CreateApplicationRequest`, `ApplicationResponse`) are not sent, so they are absent here.
import { operation } from '../operation.ts';
import { integer, list, map, oneOf, required, string, structure, unsupported } from '../shape.ts';

/** Every Pinpoint operation returns the same errors. */
export const PINPOINT_ERRORS = [
  'BadRequestException',
  'ForbiddenException',
  'InternalServerErrorException',
  'MethodNotAllowedException',
  'NotFoundException',
  'PayloadTooLargeException',
  'TooManyRequestsException',
] as const;

export const applicationId = string({ min: 1, max: 255 });
const tags = map(string({ max: 256 }), { maxBytes: 16_384 });
const application = {
  Arn: required(string()),
  Id: required(string()),
  Name: required(string()),
  CreationDate: string(),
  tags,
};

/** What all operations of Pinpoint share. */
export const PINPOINT = {
  service: 'mobiletargeting',
  errors: PINPOINT_ERRORS,
  bodyLimitBytes: 65_536,
  origin: 'amazon',
} as const;

export const createApp = operation({
  ...PINPOINT,
  name: 'CreateApp',
  method: 'POST',
  path: '/v1/apps',
  status: 201,
  input: structure({ Name: required(string({ min: 1, max: 64 })), tags }),
  output: structure(application),
});

export const getApp = operation({
  ...PINPOINT,
  name: 'GetApp',
  method: 'GET',
  path: '/v1/apps/{ApplicationId}',
  input: structure({ ApplicationId: required(applicationId) }),
  output: structure(application),
});

export const getApps = operation({
  ...PINPOINT,
  name: 'GetApps',
  method: 'GET',
  path: '/v1/apps',
  query: { PageSize: 'page-size', Token: 'token' },
  input: structure({ PageSize: integer({ min: 1, max: 1000 }), Token: string({ min: 1, max: 3000 }) }),
  output: structure({ Item: required(list(structure(application))), NextToken: string() }),
});

export const deleteApp = operation({
  ...PINPOINT,
  name: 'DeleteApp',
  method: 'DELETE',
  path: '/v1/apps/{ApplicationId}',
  input: structure({ ApplicationId: required(applicationId) }),
  output: structure(application),
});

const CAMPAIGNS = 'chatpush has no campaigns and no journeys';
const applicationSettings = structure({
  ApplicationId: required(string()),
  LastModifiedDate: string(),
});

export const getApplicationSettings = operation({
  ...PINPOINT,
  name: 'GetApplicationSettings',
  method: 'GET',
  path: '/v1/apps/{ApplicationId}/settings',
  input: structure({ ApplicationId: required(applicationId) }),
  output: applicationSettings,
});

export const updateApplicationSettings = operation({
  ...PINPOINT,
  name: 'UpdateApplicationSettings',
  method: 'PUT',
  path: '/v1/apps/{ApplicationId}/settings',
  input: structure({
    ApplicationId: required(applicationId),
    CampaignHook: unsupported(CAMPAIGNS),
    CloudWatchMetricsEnabled: unsupported('chatpush has its metrics at /metrics', { except: [false] }),
    EventTaggingEnabled: unsupported(CAMPAIGNS, { except: [false] }),
    Limits: unsupported(CAMPAIGNS),
    QuietTime: unsupported(CAMPAIGNS),
    JourneyLimits: unsupported(CAMPAIGNS),
  }),
  output: applicationSettings,
});

const resourceArn = string({ min: 1, max: 2048 });

export const tagResource = operation({
  ...PINPOINT,
  name: 'TagResource',
  method: 'POST',
  path: '/v1/tags/{ResourceArn}',
  status: 204,
  input: structure({ ResourceArn: required(resourceArn), tags: required(tags) }),
  output: structure({}),
});

export const untagResource = operation({
  ...PINPOINT,
  name: 'UntagResource',
  method: 'DELETE',
  path: '/v1/tags/{ResourceArn}',
  query: { TagKeys: 'tagKeys' },
  status: 204,
  input: structure({
    ResourceArn: required(resourceArn),
    TagKeys: required(list(string({ min: 1, max: 128 }), { min: 1, max: 50 })),
  }),
  output: structure({}),
});

export const listTagsForResource = operation({
  ...PINPOINT,
  name: 'ListTagsForResource',
  method: 'GET',
  path: '/v1/tags/{ResourceArn}',
  input: structure({ ResourceArn: required(resourceArn) }),
  output: structure({ tags: required(tags) }),
});

const text = string({ min: 1, max: 100 });

/**
 * The texts and appearance of an application's notifications, for which Pinpoint has no operation. Absent members are reset to
 * their defaults.
 */
const notification = {
  GenericText: string({ min: 1, max: 500 }),
  AttachmentText: string({ min: 1, max: 500 }),
  Title: string({ max: 100 }),
  Sound: text,
  Category: text,
  ThreadId: text,
  AndroidChannelId: text,
  FcmMessage: oneOf('data', 'notification'),
  Priority: oneOf('high', 'normal'),
  TtlMinutes: integer({ min: 1, max: 10_080 }),
};

export const updateApplicationNotification = operation({
  ...PINPOINT,
  name: 'UpdateApplicationNotification',
  method: 'PUT',
  path: '/v1/apps/{ApplicationId}/notification',
  input: structure({ ApplicationId: required(applicationId), ...notification }),
  output: structure({ ApplicationId: required(string()), ...notification }),
  origin: 'chatpush',
});

export const getApplicationNotification = operation({
  ...PINPOINT,
  name: 'GetApplicationNotification',
  method: 'GET',
  path: '/v1/apps/{ApplicationId}/notification',
  input: structure({ ApplicationId: required(applicationId) }),
  output: structure({ ApplicationId: required(string()), ...notification }),
  origin: 'chatpush',
});
