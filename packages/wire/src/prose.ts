// The text of docs/operations.md. It is kept apart from the operations so that clients do not bundle it; the generator of
// the page fails if a member or an error has no text. It is long because every member has a sentence.
import type { ErrorName } from './errors.ts';
import type { OperationName, ParticipantOperationName } from './operations.ts';

export interface OperationProse {
  /** What it does, in a paragraph or two. */
  readonly summary: string;
  /** By path, such as `ContactConfiguration.ContactId` or `Events[].Id`. */
  readonly input: { readonly [path: string]: string };
  readonly output: { readonly [path: string]: string };
  /** Why this operation answers an error, if {@link ERROR_PROSE} is not specific enough. */
  readonly errors?: { readonly [E in ErrorName]?: string };
}

const INSTANCE = 'The instance: its id or its ARN. In development it is created on first use.';
const CONTACT = 'The chat.';
const PAGE_INPUT = {
  MaxResults: 'Page size. Default 100.',
  NextToken: '`NextToken` of the previous page.',
};
const NEXT_TOKEN = 'Present when there is another page.';
const CLIENT_TOKEN =
  'Makes the call idempotent for 7 days: the same token with the same parameters returns the first result; with other parameters it is refused. Case-sensitive; an empty token counts as absent. SDKs fill it in.';

const DELIVERY = 'The id of the delivery.';
const UNKNOWN_DELIVERY = 'Unknown instance or delivery. Deliveries are remembered for 7 days.';

/** The members of a delivery, wherever it stands. */
const deliveryAt = (path: string): { readonly [path: string]: string } => ({
  [`${path}.DeliveryId`]: 'The id of the delivery, and the `apns-id` of all its attempts.',
  [`${path}.ContactId`]: 'The chat that has the registration.',
  [`${path}.MessageId`]: 'The chat event that caused it.',
  [`${path}.RegistrationId`]: 'The registration; absent if the chat had none.',
  [`${path}.PinpointAppArn`]: 'The application it goes through; absent if it never started.',
  [`${path}.DeviceType`]: 'The channel of the application; absent if it never started.',
  [`${path}.Status`]: 'Its state.',
  [`${path}.Reason`]: "Why: one of [these reasons](reasons.md), or the gateway's own.",
  [`${path}.Detail`]: 'Why its channel cannot send now, as the gateway or the connection put it.',
  [`${path}.Attempts`]: 'The first 2 and the last 8 attempts.',
  [`${path}.Attempts[].At`]: 'When it began.',
  [`${path}.Attempts[].Outcome`]:
    '`unsent`: it was certainly not processed. `unknown`: it was sent and got no answer; it is retried under the same identity.',
  [`${path}.Attempts[].Gateway`]: 'The gateway, and whether it is emulated.',
  [`${path}.Attempts[].Answer`]: "The gateway's own reason.",
  [`${path}.AttemptCount`]: 'The total number of attempts.',
  [`${path}.CreatedAt`]: 'When the event was accepted.',
  [`${path}.ExpiresAt`]: 'When it expires; absent if it never started.',
  [`${path}.CanReplay`]: 'Whether it did not arrive and its content was kept, as ReplayDelivery needs it.',
});

/** The members of a registration, wherever it stands. */
const registrationAt = (path: string): { readonly [path: string]: string } => ({
  [`${path}.RegistrationId`]: 'The registration.',
  [`${path}.DeviceType`]: 'The gateway that issued its token.',
  [`${path}.DeviceToken`]: 'The token, abbreviated: enough to recognize it, too little to push to it.',
  [`${path}.PinpointAppArn`]: 'The application.',
  [`${path}.IncludeRawMessage`]: 'Whether its notifications contain the text of the message.',
  [`${path}.Status`]:
    '`SUSPENDED`: the gateway refused the token as invalid. There are no pushes until the device is registered again or the channel changes.',
  [`${path}.CreatedAt`]: 'When it was first created.',
});

const PARTICIPANT_DENIED =
  'The token in `X-Amz-Bearer` is missing, invalid, expired or of the wrong kind, or the chat has ended.';

export const OPERATION_PROSE: {
  readonly [N in OperationName | ParticipantOperationName]: OperationProse;
} = {
  CreatePushNotificationRegistration: {
    summary:
      'Registers a device for push notifications of one chat. From now on, messages that an agent, a bot or the system writes in it are pushed to the device. Registering the same device for the same chat again returns the same registration. See [the full reference](create-push-notification-registration.md).',
    input: {
      InstanceId: INSTANCE,
      ClientToken: CLIENT_TOKEN,
      PinpointAppArn:
        'ARN of the application whose channels push to the app, `arn:…:mobiletargeting:…:apps/…`. In development the application is created on first use, with emulated gateways.',
      DeviceToken: 'The token that Apple or Google issued to the app on this device.',
      DeviceType:
        'The gateway that issued the token; `APNS_SANDBOX` for builds signed with a development profile.',
      ContactConfiguration: 'The chat, and whether notifications show the text of messages.',
      'ContactConfiguration.ContactId': 'The chat. An unknown one is created, unless the settings forbid it.',
      'ContactConfiguration.ParticipantRole': 'Only `CUSTOMER`, the default; other roles are refused.',
      'ContactConfiguration.IncludeRawMessage':
        "Whether notifications contain the text of the message. Default false: they show the application's generic text, and the message is not stored.",
    },
    output: { RegistrationId: 'The registration; opaque.' },
    errors: {
      InvalidParameterException:
        'A parameter violates a constraint, the role is not `CUSTOMER`, the ARN is not that of an application, or the client token was used with other parameters.',
      ResourceNotFoundException:
        'The instance or application is unknown (in production), the contact is unknown and the settings do not allow creating it, or the chat has ended.',
      ServiceQuotaExceededException: 'The contact has 10 registrations (a setting). Delete one.',
    },
  },
  DeletePushNotificationRegistration: {
    summary:
      'Deletes a registration. After the response, no attempt for this device and chat begins; with several nodes, the others stop within one second. Repeating the call within a day succeeds.',
    input: {
      InstanceId: INSTANCE,
      RegistrationId: 'The registration.',
      ContactId: 'The chat it belongs to.',
    },
    output: {},
    errors: { ResourceNotFoundException: 'Unknown instance, contact or registration.' },
  },
  ListPushNotificationRegistrations: {
    summary: 'Lists the devices registered for a chat, oldest first. Amazon Connect has no such operation.',
    input: { InstanceId: INSTANCE, ContactId: CONTACT, ...PAGE_INPUT },
    output: {
      Registrations: 'The registrations.',
      ...registrationAt('Registrations[]'),
      NextToken: NEXT_TOKEN,
    },
  },
  GetRegistration: {
    summary:
      'Finds a registration and its chat by the registration id alone, even after the registration was removed, as long as the chat is known.',
    input: { InstanceId: INSTANCE, RegistrationId: 'The id of the registration.' },
    output: {
      ContactId: 'The chat that the registration was created for; after a transfer, its initial contact.',
      Registration: 'The registration as it is now; absent if it was removed.',
      ...registrationAt('Registration'),
      RemovedAt: 'When it was removed. Absent if it was not, or if that was more than a day ago.',
    },
    errors: {
      ResourceNotFoundException:
        'Unknown instance, or no known chat has or had this registration. A chat is known until 7 days after its end.',
    },
  },
  PutChatEvents: {
    summary:
      'Reports what happened in chats. Messages and attachments that the customer may see and did not write become notifications for every registered device. The call is answered when they are on disk. If an event violates a constraint, the whole batch is refused; if an event causes no push, its result says why.',
    input: {
      InstanceId: INSTANCE,
      Events: 'The events, from any number of chats.',
      'Events[].Id':
        "The platform's id of the event. An event is delivered once per device, so it is safe to send it again.",
      'Events[].ContactId': CONTACT,
      'Events[].InitialContactId': 'The first id of the chat, if a transfer has given it a new one.',
      'Events[].Type':
        '`MESSAGE` and `ATTACHMENT` are pushed; `EVENT` is everything else, such as the end of the chat.',
      'Events[].ContentType':
        'MIME type: `text/plain`, `text/markdown`, that of an interactive message, or that of an event such as `application/vnd.amazonaws.connect.event.chat.ended`. Phones show the readable text of the content, or else the generic text.',
      'Events[].Content':
        'The text, or the file name of an attachment. Stored only for registrations with `IncludeRawMessage`, and only until it is delivered. If the push is refused or expires, the text is kept as long as the push can be replayed.',
      'Events[].ParticipantRole':
        'Who wrote it. Events from everyone except `CUSTOMER` are pushed, also if the role is absent.',
      'Events[].DisplayName': 'The name of the author.',
      'Events[].MessageVisibility':
        'Who may see it. Default: everyone. Events that only `AGENT` may see are not pushed.',
      'Events[].AbsoluteTime': 'When it happened. Default: now. The time to live starts at this time.',
    },
    output: {
      Results: 'One result per event, in order.',
      'Results[].Id': 'The id of the event.',
      'Results[].Deliveries': 'How many devices it will be pushed to.',
      'Results[].Reason': 'Why there are no deliveries, or `duplicate`: one of [these reasons](reasons.md).',
    },
  },
  ListDeliveries: {
    summary:
      'Lists what happened to notifications, newest first: every delivery with its attempts. With `ContactId`, lists the deliveries of one chat, including those that were never attempted and why. Without it, lists the deliveries of the whole instance, filtered by the other parameters. A page of the instance may contain fewer deliveries than requested, even none, and still have a `NextToken`, because one call examines a limited number of deliveries.',
    input: {
      InstanceId: INSTANCE,
      ContactId: 'The chat. Do not combine it with the filters below.',
      Status:
        'Only deliveries with this status. `undelivered` means rejected, expired or withdrawn. `skipped` deliveries were never attempted; they are listed only on request.',
      Reason: "Only deliveries with this reason: one of [these](reasons.md), or the gateway's own.",
      PinpointAppArn: 'Only deliveries through this application.',
      DeviceType: 'Only deliveries through channels of this type.',
      StartTime: 'Only deliveries whose event was accepted at this time or later.',
      EndTime: 'Only deliveries whose event was accepted before this time.',
      MaxResults: 'Page size. Default 50.',
      NextToken: '`NextToken` of the previous page.',
    },
    output: { Deliveries: 'The deliveries.', ...deliveryAt('Deliveries[]'), NextToken: NEXT_TOKEN },
    errors: {
      InvalidParameterException:
        'A parameter violates a constraint, or `ContactId` is combined with a filter. The message lists every mistake.',
    },
  },
  GetDelivery: {
    summary: 'Returns one delivery with its attempts.',
    input: { InstanceId: INSTANCE, DeliveryId: DELIVERY },
    output: { Delivery: 'The delivery.', ...deliveryAt('Delivery') },
    errors: { ResourceNotFoundException: UNKNOWN_DELIVERY },
  },
  GetDeliveryCounts: {
    summary:
      'Counts the deliveries of an instance that started in each minute, and how many of them have failed permanently so far. Deliveries that were never attempted are not counted.',
    input: {
      InstanceId: INSTANCE,
      Minutes: 'The number of minutes. Default 60.',
      EndTime: 'A time in the last minute to count. Default: now.',
    },
    output: {
      Counts: 'One entry per minute, oldest first.',
      'Counts[].At': 'The start of the minute.',
      'Counts[].Started': 'Deliveries whose events were accepted in this minute.',
      'Counts[].Undelivered': 'Those among them that were rejected, expired or withdrawn.',
    },
    errors: { ResourceNotFoundException: 'Unknown instance.' },
  },
  ReplayDelivery: {
    summary:
      "Sends an undelivered push again: a delivery that was rejected or has expired, or that was withdrawn because its registration was suspended. It keeps its id, and so its `apns-id` and collapse id: if the phone did get the first push, it shows it only once. The application's time to live starts again with the replay, and the push uses the registration's current channel. If the delivery is already waiting, the call changes nothing and succeeds.",
    input: { InstanceId: INSTANCE, DeliveryId: DELIVERY },
    output: { Delivery: 'The delivery as it is now.', ...deliveryAt('Delivery') },
    errors: {
      ConditionalOperationFailedException:
        'The delivery was accepted or never attempted, its content was not kept, its registration is deleted or suspended, or its channel is missing. The message says which.',
      ResourceNotFoundException: UNKNOWN_DELIVERY,
    },
  },
  WithdrawDelivery: {
    summary:
      'Withdraws a waiting delivery: no further attempt begins on this node, and its text is erased. Another node that is about to send it is told at once; if that notice is lost, because its connection to the store was interrupted, it may still send it. An attempt in progress may still arrive; the delivery is then `accepted`. Repeating the call succeeds.',
    input: { InstanceId: INSTANCE, DeliveryId: DELIVERY },
    output: { Delivery: 'The delivery as it is now.', ...deliveryAt('Delivery') },
    errors: {
      ConditionalOperationFailedException:
        'The delivery has ended or was never attempted. The message says which.',
      ResourceNotFoundException: UNKNOWN_DELIVERY,
    },
  },
  ExamineChannel: {
    summary:
      'Tests a channel as `chatpush doctor` does: sends the gateway a push that no device can receive, and explains its answer. For an emulated channel it asks the emulator.',
    input: { PinpointAppArn: 'The application.', DeviceType: 'The channel of the application.' },
    output: {
      State: '`unclear`: the answer says nothing about the settings, because the gateway is busy or failing.',
      Answer: 'The answer of the gateway or the error of the connection; empty if there was no answer.',
      Says: 'What the answer means.',
      Cure: 'What to do; absent if there is nothing to do, or if no fix is documented.',
    },
    errors: { ResourceNotFoundException: 'The application does not exist, or has no such channel.' },
  },
  PreviewPush: {
    summary:
      'Shows what phones would receive for a message: the payload for each channel of an application, built as for a real push. Nothing is stored or sent.',
    input: {
      PinpointAppArn: 'The application whose texts and settings apply.',
      Type: 'As in PutChatEvents; `EVENT` is never pushed.',
      ContentType: 'As in PutChatEvents.',
      Content: 'As in PutChatEvents.',
      ParticipantRole: 'As in PutChatEvents.',
      DisplayName: 'As in PutChatEvents.',
      MessageVisibility: 'As in PutChatEvents.',
      ContactId: 'The chat named in the payload. Default: `contact-id`.',
      IncludeRawMessage:
        "As in CreatePushNotificationRegistration, but true by default. If false, the payload contains the application's generic text.",
    },
    output: {
      Previews: 'One for each channel of the application; empty if the message would not be pushed.',
      'Previews[].DeviceType': 'The channel.',
      'Previews[].Payload':
        'JSON: the body of the request to the gateway. The device token, the delivery id and the message id are placeholders.',
      Reason: 'Why the message would not be pushed: one of [these reasons](reasons.md).',
    },
    errors: {
      AccessDeniedException: 'The access key may not use this application, or not this action.',
      ResourceNotFoundException: 'The application does not exist.',
    },
  },
  ListNodes: {
    summary:
      'Lists the live nodes: the processes of the service that send heartbeats to the store. A node that falls silent leaves the list after 10 seconds. A key that is limited to instances must name this action in full, because instances share nodes.',
    input: {},
    output: {
      Nodes: 'The nodes, oldest first.',
      'Nodes[].NodeId': 'Its name, as in the log; a node that lost its leases takes a new one.',
      'Nodes[].Since': 'When it first used this name.',
      'Nodes[].LastHeartbeat': 'The time of its last heartbeat, by the clock of the store.',
      'Nodes[].Version': 'Its version.',
      'Nodes[].Host': 'Its host name.',
      'Nodes[].ProcessId': 'Its process id.',
    },
    errors: { AccessDeniedException: 'The access key may not use this action.' },
  },
  StartChatContact: {
    summary:
      'Starts a chat: creates a contact for which devices can be registered, and a token for its customer. No flow runs. Members marked as ignored are validated as by Amazon and have no effect.',
    input: {
      InstanceId: INSTANCE,
      ContactFlowId: 'Ignored.',
      Attributes: 'Ignored.',
      ParticipantDetails: 'The customer.',
      'ParticipantDetails.DisplayName': "The customer's name.",
      InitialMessage: "The customer's first message. It causes no push, because the customer wrote it.",
      'InitialMessage.ContentType': 'MIME type of the message.',
      'InitialMessage.Content': 'The message.',
      ClientToken: CLIENT_TOKEN,
      ChatDurationInMinutes: 'Maximum duration of the chat.',
      SupportedMessagingContentTypes: 'Ignored.',
      PersistentChat: 'Ignored.',
      'PersistentChat.RehydrationType': 'Ignored.',
      'PersistentChat.SourceContactId': 'Ignored.',
      RelatedContactId: 'Ignored.',
      CustomerId: 'Ignored.',
      ConnectionTypes: 'Refused: call CreateParticipantConnection with the token instead.',
      ChatStreamingConfiguration: 'Refused: chatpush does not stream chats.',
      'ChatStreamingConfiguration.StreamingEndpointArn': 'Refused.',
    },
    output: {
      ContactId: 'The chat.',
      ParticipantId: 'The customer as a participant of this chat.',
      ParticipantToken: "The token the customer's app connects with.",
    },
    errors: { ResourceNotFoundException: 'Unknown instance.' },
  },
  StopContact: {
    summary:
      'Ends a chat. No more devices can be registered for it. Messages written before the end are still pushed, even if they arrive up to 5 minutes late.',
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
      'Adds a bot to a chat. Its token is derived from the participant and not stored; the same client token returns the same participant token.',
    input: {
      InstanceId: INSTANCE,
      ContactId: CONTACT,
      ClientToken: CLIENT_TOKEN,
      ParticipantDetails: 'Who joins.',
      'ParticipantDetails.ParticipantRole': 'Only `CUSTOM_BOT` can join a chat this way.',
      'ParticipantDetails.DisplayName':
        'Its name, which replaces `{displayName}` in titles. The name is part of the tokens, so a long name is truncated.',
    },
    output: {
      ParticipantCredentials: 'The credentials it connects with.',
      'ParticipantCredentials.ParticipantToken': 'For CreateParticipantConnection.',
      'ParticipantCredentials.Expiry': 'When the token expires, unless the chat ends earlier.',
      ParticipantId: 'The bot as a participant of this chat.',
    },
    errors: {
      InvalidRequestException: 'The role is missing or is not `CUSTOM_BOT`.',
      ResourceNotFoundException: 'Unknown instance or contact, or the chat has ended.',
    },
  },
  CreateParticipantConnection: {
    summary:
      'Exchanges a participant token for a connection token. chatpush has no websockets, so a request for one is refused.',
    input: {
      ParticipantToken: 'The token of StartChatContact or CreateParticipant.',
      Type: 'What to return. Only `CONNECTION_CREDENTIALS` is supported; other values are refused. Default: nothing.',
      ConnectParticipant: 'Ignored.',
    },
    output: {
      ConnectionCredentials: 'Present if `Type` asked for them.',
      'ConnectionCredentials.ConnectionToken': 'For SendMessage.',
      'ConnectionCredentials.Expiry':
        'When it expires, unless the chat ends earlier. It expires together with the participant token.',
    },
    errors: { AccessDeniedException: PARTICIPANT_DENIED },
  },
  SendMessage: {
    summary:
      "Writes a message into the chat as the token's participant. A bot's message is pushed to the customer's devices; the answer comes when the deliveries are on disk.",
    input: {
      ConnectionToken: 'The token of CreateParticipantConnection.',
      ContentType:
        'MIME type; the text of `text/plain` and `text/markdown` is shown on devices registered with `IncludeRawMessage`.',
      Content: 'The text. Erased when its pushes were delivered; see ReplayDelivery.',
      ClientToken: CLIENT_TOKEN,
    },
    output: { Id: 'The message.', AbsoluteTime: 'When it was written.' },
    errors: { AccessDeniedException: PARTICIPANT_DENIED },
  },
};

/** Why each error occurs and what to do about it. */
export const ERROR_PROSE: { readonly [E in ErrorName]: { readonly cause: string; readonly remedy: string } } =
  {
    AccessDeniedException: {
      cause: 'The access key is limited to other instances.',
      remedy: 'Use a key for this instance, or add the instance to the key in the settings.',
    },
    ConditionalOperationFailedException: {
      cause:
        'The resource is not in the state that the operation needs. The message says in which one it is.',
      remedy: 'Look at the resource; a retry alone does not help.',
    },
    ContactNotFoundException: {
      cause: 'Unknown contact.',
      remedy: 'Check the contact id. chatpush has never seen this chat, or has already removed it.',
    },
    InternalServiceException: {
      cause:
        'The service failed: its store is unavailable, its disk is full, the stored data of a contact is damaged (the message names it), or there is a bug. Search its log for the request id.',
      remedy:
        'Retry with the same client token. If `/readyz` says so, bring the store back or free disk space; restore or remove a damaged contact as the troubleshooting guide describes.',
    },
    InternalServerException: {
      cause: "The Participant Service's name for InternalServiceException.",
      remedy: 'Retry with the same client token; check `/readyz`.',
    },
    InvalidParameterException: {
      cause:
        'One or more parameters violate a constraint. The message lists every mistake, worded as by Smithy servers.',
      remedy: 'Fix the call.',
    },
    InvalidRequestException: {
      cause: 'The parameters are well-formed, but contradict each other.',
      remedy: 'Fix the call.',
    },
    LimitExceededException: { cause: 'Too many chats at once.', remedy: 'Wait, then retry.' },
    ResourceNotFoundException: {
      cause:
        'Unknown instance or contact. A contact is known once a device is registered for it or its chat is started here.',
      remedy: 'Check the ids. `CHATPUSH_AUTO_CREATE` decides what is created on first use.',
    },
    ServiceQuotaExceededException: {
      cause: 'A quota is exhausted.',
      remedy: 'Delete something first; a retry cannot succeed.',
    },
    ThrottlingException: {
      cause: 'This access key makes too many calls of this operation.',
      remedy: 'Wait as long as `Retry-After` says, then retry.',
    },
    ValidationException: {
      cause: "The Participant Service's name for InvalidParameterException.",
      remedy: 'Fix the call.',
    },
    BadRequestException: {
      cause: "Pinpoint's name for InvalidParameterException.",
      remedy: 'Read the message: it names the member and what to send instead.',
    },
    DuplicateResourceException: {
      cause: 'The resource already exists, and there can be only one.',
      remedy: 'Delete the existing one first.',
    },
    ForbiddenException: {
      cause: "Pinpoint's name for AccessDeniedException.",
      remedy: 'Use a key that has this permission, or add the permission to the key in the settings.',
    },
    InternalServerErrorException: {
      cause: "Pinpoint's name for InternalServiceException.",
      remedy: 'Retry; check `/readyz`.',
    },
    MethodNotAllowedException: {
      cause: 'The path exists, but not with this method.',
      remedy: 'Check the endpoint and the SDK version.',
    },
    NotFoundException: {
      cause: 'Unknown application or channel.',
      remedy: 'Check the application id; GetApps lists them.',
    },
    PayloadTooLargeException: {
      cause: "Pinpoint's name for RequestEntityTooLargeException.",
      remedy: 'Send less at once.',
    },
    TooManyRequestsException: {
      cause: "Pinpoint's name for ThrottlingException.",
      remedy: 'Wait as long as `Retry-After` says, then retry.',
    },
    ExpiredTokenException: {
      cause: 'The session token has expired.',
      remedy: 'Get new temporary credentials.',
    },
    IncompleteSignatureException: {
      cause: 'The `Authorization` header is incomplete.',
      remedy: 'Sign with an SDK.',
    },
    InvalidSignatureException: {
      cause:
        'The secret is wrong, the clock is off by more than 5 minutes, the scope is wrong, or the request was changed in transit, for example its `Host`.',
      remedy: 'Read the message; it says which.',
    },
    MalformedHttpRequestException: {
      cause:
        'The request is malformed: broken escapes in the path, a wrong content type, a body that ends early.',
      remedy: 'Fix the call.',
    },
    MissingAuthenticationTokenException: { cause: 'The request is not signed.', remedy: 'Sign it.' },
    RequestEntityTooLargeException: {
      cause: "The body is larger than the operation's limit.",
      remedy: 'Send less at once.',
    },
    RequestHeaderSectionTooLargeException: {
      cause: 'The headers are too large.',
      remedy: 'Send fewer or shorter headers.',
    },
    RequestTimeoutException: { cause: 'The body came too slowly.', remedy: 'Retry.' },
    ServiceUnavailableException: {
      cause: 'The service is starting, stopping or overloaded.',
      remedy: 'Retry later.',
    },
    UnknownOperationException: {
      cause: 'There is no operation with this method and path.',
      remedy: 'Check the endpoint and the SDK version.',
    },
    UnrecognizedClientException: {
      cause: 'Unknown access key.',
      remedy: 'Check the key. In development it is `test`.',
    },
  };
