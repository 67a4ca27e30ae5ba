// The words of docs/operations.md. They stand apart from the operations so that no client carries them; the page's
// generator refuses to run when a member or an error has none.
import type { ErrorName } from './errors.ts';
import type { OperationName, ParticipantOperationName } from './operations.ts';

export interface OperationProse {
  /** What it does, in a paragraph or two. */
  readonly summary: string;
  /** By path, such as `ContactConfiguration.ContactId` or `Events[].Id`. */
  readonly input: { readonly [path: string]: string };
  readonly output: { readonly [path: string]: string };
  /** Why this operation answers an error, where {@link ERROR_PROSE} does not say it well enough. */
  readonly errors?: { readonly [E in ErrorName]?: string };
}

const INSTANCE =
  'The instance: its id, or its ARN, which means the same. In development any id is created on first use.';
const CONTACT = 'The chat.';
const PAGE_INPUT = {
  MaxResults: 'Size of a page. Default 100.',
  NextToken: 'Where the last page ended: its `NextToken`.',
};
const NEXT_TOKEN = 'Present when there is another page.';
const CLIENT_TOKEN =
  'Makes a repeat harmless for 7 days: the same token with the same parameters answers what it answered first; with other parameters it is refused. Case-sensitive; absent and empty are the same. SDKs fill it in.';

const PARTICIPANT_DENIED =
  'The token in `X-Amz-Bearer` is missing, of the other kind, not ours, or expired; or the chat has ended.';

export const OPERATION_PROSE: {
  readonly [N in OperationName | ParticipantOperationName]: OperationProse;
} = {
  CreatePushNotificationRegistration: {
    summary:
      'Registers a device for push notifications of one chat. What an agent, a bot or the system writes in it from now on is pushed to the device. The same device registered again for the same chat keeps its registration. More: [its own page](create-push-notification-registration.md).',
    input: {
      InstanceId: INSTANCE,
      ClientToken: CLIENT_TOKEN,
      PinpointAppArn:
        'ARN of the application whose channels push to the app, `arn:…:mobiletargeting:…:apps/…`. In development it is created on first use, with emulated gateways.',
      DeviceToken: 'The token that Apple or Google issued to the app on this device.',
      DeviceType: 'Which gateway issued it; `APNS_SANDBOX` for builds signed with a development profile.',
      ContactConfiguration: 'The chat, and how much of a message its notifications show.',
      'ContactConfiguration.ContactId': 'The chat. Unknown ones are created, unless the settings forbid it.',
      'ContactConfiguration.ParticipantRole':
        'Only `CUSTOMER`, which is the default; the others are refused.',
      'ContactConfiguration.IncludeRawMessage':
        "Whether notifications carry the text of the message. Default false: the application's fixed text stands in its place, and the message is not stored.",
    },
    output: { RegistrationId: 'The registration; opaque.' },
    errors: {
      InvalidParameterException:
        "A parameter breaks a limit, the role is not `CUSTOMER`, the ARN is not an application's, or the client token was used with other parameters.",
      ResourceNotFoundException:
        'Unknown instance or application (production), a contact that may not be created here, or the chat has ended.',
      ServiceQuotaExceededException: 'The contact has 10 registrations (a setting). Delete one.',
    },
  },
  DeletePushNotificationRegistration: {
    summary:
      'Ends a registration. When it has answered, no attempt for this device and chat begins any more: on one node none at all, on others none later than a second. Repeated within a day it answers the same.',
    input: {
      InstanceId: INSTANCE,
      RegistrationId: 'The registration.',
      ContactId: 'The chat it was made for.',
    },
    output: {},
    errors: { ResourceNotFoundException: 'Unknown instance, contact or registration.' },
  },
  ListPushNotificationRegistrations: {
    summary: 'Lists the devices registered for a chat, oldest first. Amazon Connect has no such operation.',
    input: { InstanceId: INSTANCE, ContactId: CONTACT, ...PAGE_INPUT },
    output: {
      Registrations: 'The registrations.',
      'Registrations[].RegistrationId': 'The registration.',
      'Registrations[].DeviceType': 'Which gateway issued its token.',
      'Registrations[].DeviceToken': 'Abbreviated: enough to know it again, too little to push with.',
      'Registrations[].PinpointAppArn': 'The application.',
      'Registrations[].IncludeRawMessage': 'Whether its notifications carry the text of the message.',
      'Registrations[].Status':
        '`SUSPENDED` after the gateway called the token bad: no push until the device is registered again or the channel changes.',
      'Registrations[].CreatedAt': 'When it was first made.',
      NextToken: NEXT_TOKEN,
    },
  },
  PutChatEvents: {
    summary:
      'Takes in what happened in chats. Messages and attachments that the customer did not write and may see become notifications for every registered device. The answer comes when they are on disk. An event that breaks a limit refuses the whole batch; one that leads to nothing says why in its result.',
    input: {
      InstanceId: INSTANCE,
      Events: 'The events, of any number of chats.',
      'Events[].Id':
        "The platform's id of the event. One event is one delivery per device, for ever: a repeat is harmless.",
      'Events[].ContactId': CONTACT,
      'Events[].InitialContactId': 'The first id of the chat, where a transfer has given it another since.',
      'Events[].Type': '`MESSAGE` and `ATTACHMENT` push; `EVENT` is all else, such as the end of the chat.',
      'Events[].ContentType':
        'MIME type: `text/plain`, `text/markdown`, of an interactive message, or of an event such as `application/vnd.amazonaws.connect.event.chat.ended`. Phones show what a person can read of it, otherwise the generic text.',
      'Events[].Content':
        'The text; of an attachment, the name of the file. Kept only for registrations that want it, and only until it is delivered.',
      'Events[].ParticipantRole': 'Who wrote it. Absent: nobody in particular, which pushes.',
      'Events[].DisplayName': 'The name of who wrote it.',
      'Events[].MessageVisibility': 'Who may see it. Absent: all. `AGENT` does not push.',
      'Events[].AbsoluteTime': 'When it happened; absent means now. The time to live counts from here.',
    },
    output: {
      Results: 'One result per event, in order.',
      'Results[].Id': 'The id of the event.',
      'Results[].Deliveries': 'How many devices it is on its way to.',
      'Results[].Reason': 'Why to none, or `duplicate`: one of [these](reasons.md).',
    },
  },
  ListDeliveries: {
    summary:
      'What became of the notifications of a chat, newest first: every delivery with its attempts, and why others never started.',
    input: { InstanceId: INSTANCE, ContactId: CONTACT, ...PAGE_INPUT },
    output: {
      Deliveries: 'The deliveries.',
      'Deliveries[].DeliveryId': 'The delivery for life; also the `apns-id` of all its attempts.',
      'Deliveries[].MessageId': 'The chat event it tells about.',
      'Deliveries[].RegistrationId': 'The device; absent where there was none to choose.',
      'Deliveries[].Status': 'What became of it so far.',
      'Deliveries[].Reason': "Why: one of [these](reasons.md), or the gateway's own word.",
      'Deliveries[].Detail':
        'While its channel cannot send: why, in the words of the gateway or of the connection.',
      'Deliveries[].Attempts': 'The first 2 and the last 8 attempts.',
      'Deliveries[].Attempts[].At': 'When it began.',
      'Deliveries[].Attempts[].Outcome':
        '`unsent`: it surely was not processed. `unknown`: it left and no answer came; it is repeated under the same identity.',
      'Deliveries[].Attempts[].Gateway': 'The gateway, and whether it is emulated.',
      'Deliveries[].Attempts[].Answer': "The gateway's own words.",
      'Deliveries[].AttemptCount': 'How many attempts there were.',
      'Deliveries[].CreatedAt': 'When the event came in.',
      NextToken: NEXT_TOKEN,
    },
  },
  StartChatContact: {
    summary:
      'Starts a chat: here, a contact to register devices for and a token for its customer. No flow runs; members without meaning here are checked as Amazon checks them and otherwise ignored.',
    input: {
      InstanceId: INSTANCE,
      ContactFlowId: 'Ignored.',
      Attributes: 'Ignored.',
      ParticipantDetails: 'The customer.',
      'ParticipantDetails.DisplayName': "The customer's name.",
      InitialMessage: "The customer's first message. It pushes nothing: the customer wrote it.",
      'InitialMessage.ContentType': 'MIME type of the message.',
      'InitialMessage.Content': 'The message.',
      ClientToken: CLIENT_TOKEN,
      ChatDurationInMinutes: 'How long the chat lasts at most.',
      SupportedMessagingContentTypes: 'Ignored.',
      PersistentChat: 'Ignored.',
      'PersistentChat.RehydrationType': 'Ignored.',
      'PersistentChat.SourceContactId': 'Ignored.',
      RelatedContactId: 'Ignored.',
      CustomerId: 'Ignored.',
    },
    output: {
      ContactId: 'The chat.',
      ParticipantId: 'The customer in it.',
      ParticipantToken: "What the customer's app connects with.",
    },
    errors: { ResourceNotFoundException: 'Unknown instance.' },
  },
  StopContact: {
    summary:
      'Ends a chat. No device can be registered for it any more; what was written before the end still goes out, also when it comes in up to 5 minutes late.',
    input: {
      ContactId: CONTACT,
      InstanceId: INSTANCE,
      DisconnectReason: 'Ignored.',
      'DisconnectReason.Code': 'Ignored.',
    },
    output: {},
    errors: { ResourceNotFoundException: 'Unknown instance.' },
  },
  CreateParticipant: {
    summary:
      'Lets a bot join a chat. Its token is derived from who it is for and kept nowhere; the same client token answers the same one.',
    input: {
      InstanceId: INSTANCE,
      ContactId: CONTACT,
      ClientToken: CLIENT_TOKEN,
      ParticipantDetails: 'Who joins.',
      'ParticipantDetails.ParticipantRole': 'Only `CUSTOM_BOT`: that is who joins a chat this way.',
      'ParticipantDetails.DisplayName': 'Its name.',
    },
    output: {
      ParticipantCredentials: 'What it connects with.',
      'ParticipantCredentials.ParticipantToken': 'For CreateParticipantConnection.',
      'ParticipantCredentials.Expiry': 'Until when, unless the chat ends before.',
      ParticipantId: 'The bot in this chat.',
    },
    errors: {
      InvalidRequestException: 'Another role than `CUSTOM_BOT`, or none.',
      ResourceNotFoundException: 'Unknown instance or contact, or the chat has ended.',
    },
  },
  CreateParticipantConnection: {
    summary:
      'Exchanges a participant token for a connection token. There is no websocket here: whoever asks for one is told so, instead of waiting for messages that never come.',
    input: {
      ParticipantToken: 'The token of StartChatContact or CreateParticipant.',
      Type: 'What to answer; `CONNECTION_CREDENTIALS` is what there is, anything else is refused. Absent: nothing.',
      ConnectParticipant: 'Ignored.',
    },
    output: {
      ConnectionCredentials: 'Where asked for.',
      'ConnectionCredentials.ConnectionToken': 'For SendMessage.',
      'ConnectionCredentials.Expiry':
        'Until when, unless the chat ends before: as long as the participant token.',
    },
    errors: { AccessDeniedException: PARTICIPANT_DENIED },
  },
  SendMessage: {
    summary:
      "Writes a message into the chat as the token's participant. What a bot writes is pushed to the customer's devices; the answer comes when that is on disk.",
    input: {
      ConnectionToken: 'The token of CreateParticipantConnection.',
      ContentType: 'MIME type; the texts of `text/plain` and `text/markdown` are shown where a device may.',
      Content: 'The text. Not kept after its pushes have ended.',
      ClientToken: CLIENT_TOKEN,
    },
    output: { Id: 'The message.', AbsoluteTime: 'When it was written.' },
    errors: { AccessDeniedException: PARTICIPANT_DENIED },
  },
};

/** Why each error comes and what to do about it. */
export const ERROR_PROSE: { readonly [E in ErrorName]: { readonly cause: string; readonly remedy: string } } =
  {
    AccessDeniedException: {
      cause: 'The access key is limited to other instances.',
      remedy: 'Call with a key of this instance, or give the key the instance in the settings.',
    },
    ContactNotFoundException: {
      cause: 'Unknown contact.',
      remedy: 'Check the contact id; the chat was never known here or is forgotten.',
    },
    InternalServiceException: {
      cause:
        'The service failed: its store is away or its disk is full, what is stored of a contact is damaged (the message names it), or there is a bug, which is then in its log by the request id.',
      remedy:
        'Repeat with the same client token. Where `/readyz` says so, bring the store back or give its disk room; restore or remove a damaged contact as the troubleshooting guide says.',
    },
    InternalServerException: {
      cause: 'As InternalServiceException, in the words of the Participant Service.',
      remedy: 'Repeat with the same client token; look at `/readyz`.',
    },
    InvalidParameterException: {
      cause:
        "One or more parameters break a limit. The message names every one, in the wording of Smithy's servers.",
      remedy: 'Mend the call.',
    },
    InvalidRequestException: {
      cause: 'The parameters are well-formed and make no sense together.',
      remedy: 'Mend the call.',
    },
    LimitExceededException: { cause: 'Too many chats at once.', remedy: 'Wait, then repeat.' },
    ResourceNotFoundException: {
      cause: 'Unknown instance, or a contact that nobody registered or started here.',
      remedy: 'Check the ids; see `CHATPUSH_AUTO_CREATE` for what is created on first use.',
    },
    ServiceQuotaExceededException: {
      cause: 'A quota is used up.',
      remedy: 'Delete something first; a repeat cannot succeed.',
    },
    ThrottlingException: {
      cause: 'This access key makes too many calls of this operation.',
      remedy: 'Wait as long as `Retry-After` says, then repeat.',
    },
    ValidationException: {
      cause: 'As InvalidParameterException, in the words of the Participant Service.',
      remedy: 'Mend the call.',
    },
    ExpiredTokenException: {
      cause: 'The session token has expired.',
      remedy: 'Get new temporary credentials.',
    },
    IncompleteSignatureException: {
      cause: 'The `Authorization` header lacks a part.',
      remedy: 'Sign with an SDK.',
    },
    InvalidSignatureException: {
      cause:
        'Wrong secret, wrong clock (5 minutes to either side), wrong scope, or something changed on the way, such as `Host`.',
      remedy: 'Read the message: it says which.',
    },
    MalformedHttpRequestException: {
      cause:
        'Not the HTTP of this API: broken escapes in the path, a wrong content type, a body that ends early.',
      remedy: 'Mend the call.',
    },
    MissingAuthenticationTokenException: { cause: 'The request is not signed.', remedy: 'Sign it.' },
    RequestEntityTooLargeException: {
      cause: "The body is larger than the operation's limit.",
      remedy: 'Send less at once.',
    },
    RequestHeaderSectionTooLargeException: {
      cause: 'The headers are too large.',
      remedy: 'Send less of them.',
    },
    RequestTimeoutException: { cause: 'The body came too slowly.', remedy: 'Repeat.' },
    ServiceUnavailableException: {
      cause: 'The service is starting, stopping or full.',
      remedy: 'Repeat after a while.',
    },
    UnknownOperationException: {
      cause: 'No operation has this method and path.',
      remedy: 'Check endpoint and SDK version.',
    },
    UnrecognizedClientException: {
      cause: 'Unknown access key.',
      remedy: 'Check the key; it is `test` in development.',
    },
  };
