// Pinpoint's SendMessages: a push to the device tokens in the call, attempted once, with a result per token.
import { operation } from '../operation.ts';
import { boolean, integer, list, map, oneOf, required, string, structure, unsupported } from '../shape.ts';
import { PINPOINT, applicationId } from './applications.ts';

const text = string({ max: 16_384 });
const texts = map(string({ max: 4096 }), { maxBytes: 8192 });
const substitutions = map(list(string({ max: 4096 }), { max: 100 }));
const action = oneOf('OPEN_APP', 'DEEP_LINK', 'URL');
const otherChannel = unsupported('chatpush sends to APNs and FCM only');
const priority = oneOf('5', '10', 'normal', 'high');

/** The members common to both gateways' messages. */
const message = {
  Action: action,
  Body: text,
  Data: texts,
  RawContent: text,
  SilentPush: boolean,
  Substitutions: substitutions,
  Title: text,
  Url: string({ max: 2048 }),
};

export const sendMessages = operation({
  ...PINPOINT,
  name: 'SendMessages',
  method: 'POST',
  path: '/v1/apps/{ApplicationId}/messages',
  bodyLimitBytes: 1_048_576,
  input: structure({
    ApplicationId: required(applicationId),
    Addresses: map(
      structure({
        BodyOverride: text,
        ChannelType: oneOf(
          'PUSH',
          'GCM',
          'APNS',
          'APNS_SANDBOX',
          'APNS_VOIP',
          'APNS_VOIP_SANDBOX',
          'ADM',
          'SMS',
          'VOICE',
          'EMAIL',
          'BAIDU',
          'CUSTOM',
          'IN_APP',
        ),
        Context: texts,
        RawContent: text,
        Substitutions: substitutions,
        TitleOverride: text,
      }),
    ),
    Context: texts,
    Endpoints: unsupported('chatpush keeps no endpoints: send Addresses, whose keys are device tokens'),
    MessageConfiguration: required(
      structure({
        ADMMessage: otherChannel,
        APNSMessage: structure({
          ...message,
          APNSPushType: oneOf('alert', 'background'),
          Badge: integer({ min: 0, max: 2_147_483_647 }),
          Category: text,
          CollapseId: string({ maxBytes: 64 }),
          MediaUrl: string({ max: 2048 }),
          PreferredAuthenticationMethod: unsupported('each channel has one credential', {
            except: ['TOKEN', 'CERTIFICATE'],
          }),
          Priority: priority,
          Sound: text,
          ThreadId: text,
          TimeToLive: integer({ min: 0, max: 2_419_200 }),
        }),
        BaiduMessage: otherChannel,
        DefaultMessage: structure({ Body: text, Substitutions: substitutions }),
        DefaultPushNotificationMessage: structure({
          Action: action,
          Body: text,
          Data: texts,
          SilentPush: boolean,
          Substitutions: substitutions,
          Title: text,
          Url: string({ max: 2048 }),
        }),
        EmailMessage: otherChannel,
        GCMMessage: structure({
          ...message,
          CollapseKey: text,
          IconReference: text,
          ImageIconUrl: string({ max: 2048 }),
          ImageUrl: string({ max: 2048 }),
          PreferredAuthenticationMethod: unsupported('FCM takes service accounts only', {
            except: ['TOKEN'],
          }),
          Priority: priority,
          RestrictedPackageName: text,
          SmallImageIconUrl: string({ max: 2048 }),
          Sound: text,
          TimeToLive: integer({ min: 0, max: 2_419_200 }),
        }),
        SMSMessage: otherChannel,
        VoiceMessage: otherChannel,
      }),
    ),
    TemplateConfiguration: unsupported('chatpush has no templates: write the texts in MessageConfiguration'),
    TraceId: string({ max: 200 }),
  }),
  output: structure({
    ApplicationId: required(string()),
    RequestId: string(),
    Result: map(
      structure({
        DeliveryStatus: required(
          oneOf('SUCCESSFUL', 'THROTTLED', 'TEMPORARY_FAILURE', 'PERMANENT_FAILURE', 'UNKNOWN_FAILURE'),
        ),
        MessageId: string(),
        StatusCode: required(integer()),
        StatusMessage: string(),
      }),
    ),
  }),
});
