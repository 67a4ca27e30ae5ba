// The text of docs/pinpoint.md, kept apart from the operations, and long, for the same reasons as prose.ts.
import type { ApplicationOperationName } from './operations.ts';
import type { OperationProse } from './prose.ts';

const APPLICATION = 'The application: its id, the last part of its ARN.';
const INSTANCE = 'The instance: its id or its ARN.';
const ARN = 'The `PinpointAppArn` of registrations.';
const RESOURCE = "The application's ARN.";

const APPLICATION_OUTPUT = {
  Arn: ARN,
  Id: 'The application.',
  Name: 'The name of the application.',
  CreationDate: 'When it was created, ISO 8601. Absent for an application from the settings file.',
  tags: 'Its tags.',
};

const CHANNEL_OUTPUT = {
  ApplicationId: 'The application.',
  CreationDate: 'When the channel was first set up, ISO 8601.',
  Enabled: 'Whether the channel pushes.',
  HasCredential: 'Whether a credential is stored. No operation returns the credential itself.',
  Id: 'The channel: `apns`, `apns_sandbox` or `gcm`.',
  IsArchived: 'Always false.',
  LastModifiedBy: 'The access key that changed it last.',
  LastModifiedDate: 'When it last changed, ISO 8601.',
  Version: 'Increases by one with every change of the channel.',
};
const APNS_OUTPUT = {
  ...CHANNEL_OUTPUT,
  DefaultAuthenticationMethod: '`KEY` or `CERTIFICATE`.',
  HasTokenKey: 'Whether the credential is a signing key (.p8).',
  Platform: '`APNS` or `APNS_SANDBOX`.',
};
const GCM_OUTPUT = {
  ...CHANNEL_OUTPUT,
  DefaultAuthenticationMethod: '`TOKEN`: a service account.',
  HasFcmServiceCredentials: 'Whether a service account is stored.',
  Platform: 'Always `GCM`, the old name of FCM.',
};

const APNS_INPUT = {
  ApplicationId: APPLICATION,
  BundleId: 'The bundle id of the app.',
  Certificate: "Apple's push certificate in PEM, instead of a signing key.",
  DefaultAuthenticationMethod:
    '`key` or `certificate`: which one to use if both are sent. Default: the one that is sent.',
  Enabled: '`false` stops pushes without removing the credential. Default true.',
  PrivateKey: 'The private key of the certificate, in PEM without a password.',
  TeamId: 'The id of the team: 10 characters.',
  TokenKey: 'The contents of the .p8 file.',
  TokenKeyId: 'The id of the key: 10 characters, part of the name of the .p8 file.',
};

const readChannel = (of: string, output: OperationProse['output']): OperationProse => ({
  summary: `Reads the ${of} channel of an application.`,
  input: { ApplicationId: APPLICATION },
  output,
  errors: { NotFoundException: 'The application does not exist, or does not have the channel.' },
});
const deleteChannel = (of: string, output: OperationProse['output']): OperationProse => ({
  summary: `Removes the ${of} channel of an application and its credential. Registrations stay. Their deliveries wait for ten minutes with the reason \`channel-not-configured\`, and then fail with it unless the channel is set up again.`,
  input: { ApplicationId: APPLICATION },
  output,
  errors: { NotFoundException: 'The application does not exist, or does not have the channel.' },
});
const updateApns = (of: string): OperationProse => ({
  summary: `Sets up or changes the ${of} channel of an application. The credential is checked, encrypted and stored; every node uses it for its next push, within 10 seconds. A call without a credential changes the rest and keeps the one that is stored.`,
  input: APNS_INPUT,
  output: APNS_OUTPUT,
  errors: {
    BadRequestException:
      'A credential cannot be used (the message says why: a truncated key, an RSA key, an id of the wrong length), a member is missing, or the application is in the settings file. Nothing changes.',
  },
});

const NOTIFICATION = {
  ApplicationId: APPLICATION,
  GenericText: 'What the phone shows if the message itself must not be shown.',
  AttachmentText: 'What the phone shows for an attachment; `{name}` is replaced by the file name.',
  Title: "The title: a fixed text, or `{displayName}` for the author's name. Default: no title.",
  Sound: 'The sound. Default: no sound.',
  Category: 'iOS: the category, for action buttons.',
  ThreadId: 'iOS: the group; `{contactId}` is replaced by the initial contact id.',
  AndroidChannelId: 'The Android notification channel; needs `FcmMessage` `notification`.',
  FcmMessage: '`data` (default): the app shows it. `notification`: Android does.',
  Priority: '`high` (default), or `normal` to wait until the phone wakes up.',
  TtlMinutes: 'Minutes after the time of the message at which the notification expires. Default 720.',
};

const DIRECT = {
  Action: 'What a tap does. Sent to the app as data keys, as by Amazon.',
  Body: 'The text.',
  Data: 'Custom keys.',
  RawContent: 'Your own payload as JSON text, which replaces all other members.',
  SilentPush: 'A push that shows nothing.',
  Substitutions: 'Values for `{{variables}}` in title and body.',
  Title: 'The title.',
  Url: 'The address of the action.',
};
const under = (prefix: string, rows: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(rows).map(([name, words]) => [`${prefix}.${name}`, words]));
const NOT_HERE = 'Refused: chatpush sends to APNs and FCM only.';
const CAMPAIGN = 'Refused: chatpush has no campaigns and no journeys.';

export const APPLICATION_PROSE: { readonly [N in ApplicationOperationName]: OperationProse } = {
  CreateApp: {
    summary:
      'Creates an application, to which registrations refer as `PinpointAppArn`. It can push once it has a channel.',
    input: {
      Name: 'A display name; it need not be unique.',
      tags: 'Tags, as in Amazon Pinpoint.',
    },
    output: APPLICATION_OUTPUT,
  },
  GetApp: {
    summary: 'Reads an application.',
    input: { ApplicationId: APPLICATION },
    output: APPLICATION_OUTPUT,
  },
  GetApps: {
    summary: 'Lists the applications that the key may use, including those from the settings file.',
    input: {
      PageSize: 'Page size. Default 100.',
      Token: '`NextToken` of the previous page.',
    },
    output: {
      Item: 'The applications.',
      ...Object.fromEntries(
        Object.entries(APPLICATION_OUTPUT).map(([name, words]) => [`Item[].${name}`, words]),
      ),
      NextToken: 'Present when there is another page.',
    },
  },
  DeleteApp: {
    summary:
      'Removes an application with its channels and credentials, on every node within 10 seconds. Waiting deliveries end after ten minutes, with the reason `channel-not-configured`.',
    input: { ApplicationId: APPLICATION },
    output: APPLICATION_OUTPUT,
    errors: {
      BadRequestException: 'The application is in the settings file, or an instance is associated with it.',
    },
  },
  GetApnsChannel: readChannel('APNs', APNS_OUTPUT),
  UpdateApnsChannel: updateApns('APNs'),
  DeleteApnsChannel: deleteChannel('APNs', APNS_OUTPUT),
  GetApnsSandboxChannel: readChannel('APNs sandbox', APNS_OUTPUT),
  UpdateApnsSandboxChannel: updateApns('APNs sandbox'),
  DeleteApnsSandboxChannel: deleteChannel('APNs sandbox', APNS_OUTPUT),
  GetGcmChannel: readChannel('FCM', GCM_OUTPUT),
  UpdateGcmChannel: {
    summary:
      'Sets up or changes the FCM channel of an application. The service account is checked, encrypted and stored; every node uses it for its next push, within 10 seconds.',
    input: {
      ApplicationId: APPLICATION,
      ApiKey: 'Refused: Google shut down the legacy protocol and its API keys in 2024.',
      DefaultAuthenticationMethod: '`TOKEN`.',
      Enabled: '`false` stops pushes without removing the credential. Default true.',
      ServiceJson: "The contents of the service account's JSON file.",
    },
    output: GCM_OUTPUT,
    errors: {
      BadRequestException:
        'The service account cannot be used (the message says why), or the application is in the settings file. Nothing changes.',
    },
  },
  DeleteGcmChannel: deleteChannel('FCM', GCM_OUTPUT),
  GetChannels: {
    summary: 'Reads all channels of an application.',
    input: { ApplicationId: APPLICATION },
    output: { Channels: 'The channels, by `APNS`, `APNS_SANDBOX` and `GCM`.' },
  },
  GetApplicationSettings: {
    summary:
      "Returns empty settings, for clients that read them after CreateApp, such as Terraform's provider. chatpush has no such settings.",
    input: { ApplicationId: APPLICATION },
    output: {
      ApplicationId: 'The application.',
      LastModifiedDate: 'When the application last changed, ISO 8601.',
    },
  },
  UpdateApplicationSettings: {
    summary:
      'Accepts empty settings from the same clients, and refuses all settings that chatpush does not have.',
    input: {
      ApplicationId: APPLICATION,
      CampaignHook: CAMPAIGN,
      CloudWatchMetricsEnabled: 'Refused, unless `false`: metrics are at `/metrics`.',
      EventTaggingEnabled: 'Refused, unless `false`: chatpush has no campaigns.',
      Limits: CAMPAIGN,
      QuietTime: CAMPAIGN,
      JourneyLimits: CAMPAIGN,
    },
    output: {
      ApplicationId: 'The application.',
      LastModifiedDate: 'When the application last changed, ISO 8601.',
    },
  },
  GetApplicationNotification: {
    summary:
      "Reads the texts and the appearance of an application's notifications. Pinpoint has no such operation.",
    input: { ApplicationId: APPLICATION },
    output: NOTIFICATION,
  },
  UpdateApplicationNotification: {
    summary:
      "Sets the texts and the appearance of an application's notifications. Absent members are reset to their defaults. Pinpoint has no such operation.",
    input: NOTIFICATION,
    output: NOTIFICATION,
  },
  TagResource: {
    summary: 'Adds tags to an application.',
    input: { ResourceArn: RESOURCE, tags: 'The tags to add or change.' },
    output: {},
  },
  UntagResource: {
    summary: 'Removes tags from an application.',
    input: { ResourceArn: RESOURCE, TagKeys: 'The keys of the tags.' },
    output: {},
  },
  ListTagsForResource: {
    summary: 'Reads the tags of an application.',
    input: { ResourceArn: RESOURCE },
    output: { tags: 'The tags.' },
  },
  SendMessages: {
    summary:
      'Pushes directly to device tokens. Each push is attempted once, and nothing is stored or retried. The response has the answer of the gateway for each token. For chats, register the device and use [PutChatEvents](operations.md#putchatevents), which stores and retries every push.',
    input: {
      ApplicationId: APPLICATION,
      Addresses:
        'Up to 100 device tokens, each with its channel (`APNS`, `APNS_SANDBOX`, `GCM`) and what differs for it.',
      Context: 'Values that are added to the data of every push.',
      Endpoints: 'Refused: chatpush keeps no endpoints.',
      MessageConfiguration: 'What to push.',
      'MessageConfiguration.ADMMessage': NOT_HERE,
      'MessageConfiguration.APNSMessage': 'For APNs.',
      ...under('MessageConfiguration.APNSMessage', {
        ...DIRECT,
        APNSPushType: '`alert` or `background`. Default: `background` for a silent push.',
        Badge: 'The number on the icon.',
        Category: 'The category.',
        CollapseId: 'Pushes with the same collapse id replace each other.',
        MediaUrl: 'An image, for a notification service extension.',
        PreferredAuthenticationMethod: 'Has no effect: a channel has one credential.',
        Priority: '`10` (or `high`, default) or `5` (or `normal`).',
        Sound: 'The sound.',
        ThreadId: 'The group.',
        TimeToLive: 'Seconds.',
      }),
      'MessageConfiguration.BaiduMessage': NOT_HERE,
      'MessageConfiguration.DefaultMessage': 'For channels that have no message of their own.',
      ...under('MessageConfiguration.DefaultMessage', {
        Body: DIRECT.Body,
        Substitutions: DIRECT.Substitutions,
      }),
      'MessageConfiguration.DefaultPushNotificationMessage': 'The same, with a title.',
      ...under('MessageConfiguration.DefaultPushNotificationMessage', {
        Action: DIRECT.Action,
        Body: DIRECT.Body,
        Data: DIRECT.Data,
        SilentPush: DIRECT.SilentPush,
        Substitutions: DIRECT.Substitutions,
        Title: DIRECT.Title,
        Url: DIRECT.Url,
      }),
      'MessageConfiguration.EmailMessage': NOT_HERE,
      'MessageConfiguration.GCMMessage': 'For FCM.',
      ...under('MessageConfiguration.GCMMessage', {
        ...DIRECT,
        CollapseKey: 'Pushes with the same collapse key replace each other.',
        IconReference: 'The icon, as a data key.',
        ImageIconUrl: 'The address of a large icon, as a data key.',
        ImageUrl: 'The address of an image, as a data key.',
        PreferredAuthenticationMethod: 'Has no effect: FCM takes service accounts only.',
        Priority: '`high` (default) or `normal`.',
        RestrictedPackageName: 'Only the app with this package name gets the push.',
        SmallImageIconUrl: 'The address of a small icon, as a data key.',
        Sound: 'The sound, as a data key.',
        TimeToLive: 'Seconds. Default: four weeks.',
      }),
      'MessageConfiguration.SMSMessage': NOT_HERE,
      'MessageConfiguration.VoiceMessage': NOT_HERE,
      TemplateConfiguration: 'Refused: chatpush has no templates.',
      TraceId: 'Written to the log with the call.',
    },
    output: {
      ApplicationId: 'The application.',
      RequestId: 'The id of the call.',
      Result:
        "The gateway's answer for each device token. As with Amazon, the call answers 200 even if a token is refused; that token's result is 400 and `PERMANENT_FAILURE`.",
    },
  },
  CreateIntegrationAssociation: {
    summary:
      'Associates an instance with an application. From then on, registrations of the instance for any other application are refused. An instance has at most one association.',
    input: {
      InstanceId: INSTANCE,
      IntegrationType: '`PINPOINT_APP`; the other types are refused.',
      IntegrationArn: ARN,
      SourceApplicationUrl: 'Refused: for integrations of the type EVENT.',
      SourceApplicationName: 'Refused: for integrations of the type EVENT.',
      SourceType: 'Refused: for integrations of the type EVENT.',
      Tags: 'Tags of the association; accepted but not stored.',
    },
    output: {
      IntegrationAssociationId: 'The association.',
      IntegrationAssociationArn: 'Its ARN.',
    },
    errors: {
      DuplicateResourceException:
        'The instance is already associated with an application. Delete that association first.',
      ResourceNotFoundException: 'Unknown instance or application.',
    },
  },
  ListIntegrationAssociations: {
    summary: 'Lists the associations of an instance: at most one.',
    input: {
      InstanceId: INSTANCE,
      IntegrationType: 'Only associations of this type.',
      NextToken: '`NextToken` of the previous page.',
      MaxResults: 'Page size.',
      IntegrationArn: 'Only associations with this application.',
    },
    output: {
      IntegrationAssociationSummaryList: 'The associations.',
      'IntegrationAssociationSummaryList[].IntegrationAssociationId': 'The association.',
      'IntegrationAssociationSummaryList[].IntegrationAssociationArn': 'Its ARN.',
      'IntegrationAssociationSummaryList[].InstanceId': 'The instance.',
      'IntegrationAssociationSummaryList[].IntegrationType': 'Always `PINPOINT_APP`.',
      'IntegrationAssociationSummaryList[].IntegrationArn': ARN,
      NextToken: 'Never present.',
    },
  },
  DeleteIntegrationAssociation: {
    summary: 'Deletes the association of an instance. Its registrations stay.',
    input: { InstanceId: INSTANCE, IntegrationAssociationId: 'The association.' },
    output: {},
    errors: { ResourceNotFoundException: 'Unknown instance or association.' },
  },
};
