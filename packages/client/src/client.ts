// The client: its options, its methods, and the function that creates it. Long because each method documents every error.
import { hashing, send } from '#platform';
import { OPERATIONS } from '@chatpush/wire';
import { createCall } from './call.ts';
import type { Context } from './call.ts';
import { lowerFirst } from './casing.ts';
import type { ExamineChannelRequest, ExamineChannelResponse } from './channels.ts';
import type { PutChatEventsRequest, PutChatEventsResponse } from './chat-events.ts';
import { createClockOffset } from './clock-offset.ts';
import type {
  CreateParticipantRequest,
  CreateParticipantResponse,
  StartChatContactRequest,
  StartChatContactResponse,
  StopContactRequest,
  StopContactResponse,
} from './contacts.ts';
import { createCredentialSource } from './credentials.ts';
import type { Credentials, CredentialsProvider } from './credentials.ts';
import type {
  GetDeliveryCountsRequest,
  GetDeliveryCountsResponse,
  GetDeliveryRequest,
  GetDeliveryResponse,
  ListDeliveriesRequest,
  ListDeliveriesResponse,
  ReplayDeliveryRequest,
  ReplayDeliveryResponse,
  WithdrawDeliveryRequest,
  WithdrawDeliveryResponse,
} from './deliveries.ts';
import { resolveEndpoint, resolveRegion } from './endpoint.ts';
import { sendByFetch } from './fetch.ts';
import type { PreviewPushRequest, PreviewPushResponse } from './push-preview.ts';
import type { ListNodesRequest, ListNodesResponse } from './nodes.ts';
import type {
  CreatePushNotificationRegistrationRequest,
  CreatePushNotificationRegistrationResponse,
  DeletePushNotificationRegistrationRequest,
  DeletePushNotificationRegistrationResponse,
  GetRegistrationRequest,
  GetRegistrationResponse,
  ListPushNotificationRegistrationsRequest,
  ListPushNotificationRegistrationsResponse,
} from './registrations.ts';
import { MAX_ATTEMPTS, createRetryBudget } from './retry.ts';
import { createSigner } from './signer.ts';

export interface ClientOptions {
  /** AWS region, such as `us-east-1`. Default: `AWS_REGION`, then `AWS_DEFAULT_REGION`. */
  region?: string;
  /**
   * Where the service is: `http://127.0.0.1:4100` for chatpush. It may have a path. Default: `AWS_ENDPOINT_URL_CONNECT`, then
   * `AWS_ENDPOINT_URL`, then Amazon Connect in the region.
   */
  endpoint?: string | URL;
  /**
   * Keys to sign with, or a function that returns them. Default: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and
   * `AWS_SESSION_TOKEN`. For profiles, roles and instance metadata pass a provider from `@aws-sdk/credential-providers`.
   */
  credentials?: Credentials | CredentialsProvider;
  /** Maximum number of requests per call, including the first. Default 3. */
  maxAttempts?: number;
  /** Timeout of one attempt, including its answer, in milliseconds. Default 10,000. */
  attemptTimeoutMs?: number;
  /** Sends the requests, for example through a proxy. Default: `node:http` on Node, the global `fetch` elsewhere. */
  fetch?: typeof globalThis.fetch;
  /** The time in milliseconds since the epoch. Default `Date.now`. */
  now?: () => number;
}

export interface CallOptions {
  /** Aborts the call, also between attempts; the call then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * Calls Amazon Connect or chatpush. After a transient failure it retries a call up to two times. That is safe: every
 * operation here is idempotent. A call throws a {@link ChatpushError}, or the reason of the signal that aborted it.
 */
export interface ChatpushClient {
  /**
   * Registers a device for push notifications of one chat. Each message that an agent, a bot or the system writes in it
   * is then pushed to the device, through Apple's or Google's gateway.
   *
   * The same device registered again for the same chat keeps its registration.
   *
   * @example
   * const { registrationId } = await client.createPushNotificationRegistration({
   *   instanceId: '12345678-1234-1234-1234-123456789012',
   *   deviceToken,
   *   deviceType: DeviceType.APNS,
   *   pinpointAppArn: 'arn:aws:mobiletargeting:us-east-1:123456789012:apps/0123456789abcdef',
   *   contactConfiguration: { contactId, includeRawMessage: true },
   * });
   *
   * @throws {@link AccessDeniedException} 403: the key may not act on this instance.
   * @throws {@link InternalServiceException} 500: the service failed in every attempt.
   * @throws {@link InvalidParameterException} 400, or before anything is sent: a parameter breaks a limit, the role is not
   * `CUSTOMER`, or the client token was used with other parameters within 7 days.
   * @throws {@link ResourceNotFoundException} 404: unknown instance or application, or the contact has ended.
   * @throws {@link ServiceQuotaExceededException} 402: the contact has 10 registrations already (chatpush's default).
   * @throws {@link ThrottlingException} 429: too many calls.
   * @throws {@link ChatpushError} for everything else: signature, network, time-out.
   * @see https://docs.aws.amazon.com/connect/latest/APIReference/API_CreatePushNotificationRegistration.html
   */
  createPushNotificationRegistration(
    request: CreatePushNotificationRegistrationRequest,
    options?: CallOptions,
  ): Promise<CreatePushNotificationRegistrationResponse>;

  /**
   * Deletes a registration: the device gets no more notifications about this chat. Safe to repeat.
   *
   * @throws {@link AccessDeniedException} 403: the key may not act on this instance.
   * @throws {@link InternalServiceException} 500: the service failed in every attempt.
   * @throws {@link InvalidParameterException} 400, or before anything is sent: a parameter breaks a limit.
   * @throws {@link ResourceNotFoundException} 404: unknown instance, contact or registration.
   * @throws {@link ThrottlingException} 429: too many calls.
   * @throws {@link ChatpushError} for everything else: signature, network, time-out.
   * @see https://docs.aws.amazon.com/connect/latest/APIReference/API_DeletePushNotificationRegistration.html
   */
  deletePushNotificationRegistration(
    request: DeletePushNotificationRegistrationRequest,
    options?: CallOptions,
  ): Promise<DeletePushNotificationRegistrationResponse>;

  /**
   * Lists the devices registered for a chat, a page at a time. chatpush only; Amazon Connect has no such operation.
   *
   * @throws {@link AccessDeniedException} 403: the key may not act on this instance.
   * @throws {@link InternalServiceException} 500: the service failed in every attempt.
   * @throws {@link InvalidParameterException} 400, or before anything is sent: a parameter breaks a limit.
   * @throws {@link ResourceNotFoundException} 404: unknown instance or contact.
   * @throws {@link ThrottlingException} 429: too many calls.
   * @throws {@link ChatpushError} for everything else: signature, network, time-out.
   */
  listPushNotificationRegistrations(
    request: ListPushNotificationRegistrationsRequest,
    options?: CallOptions,
  ): Promise<ListPushNotificationRegistrationsResponse>;

  /**
   * Finds a registration and its chat by the registration id alone. chatpush only.
   *
   * @throws {@link AccessDeniedException} 403: the key may not act on this instance.
   * @throws {@link InternalServiceException} 500: the service failed in every attempt.
   * @throws {@link InvalidParameterException} 400, or before anything is sent: a parameter breaks a limit.
   * @throws {@link ResourceNotFoundException} 404: unknown instance or registration.
   * @throws {@link ThrottlingException} 429: too many calls.
   * @throws {@link ChatpushError} for everything else: signature, network, time-out.
   */
  getRegistration(request: GetRegistrationRequest, options?: CallOptions): Promise<GetRegistrationResponse>;

  /**
   * Reports what happened in chats, up to 500 events at once; messages become notifications. When it resolves, they are
   * on disk. An event with a known id notifies nobody again. chatpush only.
   *
   * @throws {@link AccessDeniedException} 403: the key may not act on this instance.
   * @throws {@link InternalServiceException} 500: the service failed in every attempt.
   * @throws {@link InvalidParameterException} 400, or before anything is sent: an event breaks a limit; then none of them is accepted.
   * @throws {@link ResourceNotFoundException} 404: unknown instance.
   * @throws {@link ThrottlingException} 429: too many calls.
   * @throws {@link ChatpushError} for everything else: signature, network, time-out.
   */
  putChatEvents(request: PutChatEventsRequest, options?: CallOptions): Promise<PutChatEventsResponse>;

  /**
   * Lists the deliveries of a chat's notifications, newest first, a page at a time: each with its attempts, or with the reason
   * why it was never attempted. chatpush only.
   *
   * @throws {@link AccessDeniedException} 403: the key may not act on this instance.
   * @throws {@link InternalServiceException} 500: the service failed in every attempt.
   * @throws {@link InvalidParameterException} 400, or before anything is sent: a parameter breaks a limit.
   * @throws {@link ResourceNotFoundException} 404: unknown instance or contact.
   * @throws {@link ThrottlingException} 429: too many calls.
   * @throws {@link ChatpushError} for everything else: signature, network, time-out.
   */
  listDeliveries(request: ListDeliveriesRequest, options?: CallOptions): Promise<ListDeliveriesResponse>;

  /**
   * Returns one delivery with its attempts. chatpush only.
   *
   * @throws {@link AccessDeniedException} 403: the key may not act on this instance.
   * @throws {@link InternalServiceException} 500: the service failed in every attempt.
   * @throws {@link InvalidParameterException} 400, or before anything is sent: a parameter breaks a limit.
   * @throws {@link ResourceNotFoundException} 404: unknown instance or delivery.
   * @throws {@link ThrottlingException} 429: too many calls.
   * @throws {@link ChatpushError} for everything else: signature, network, time-out.
   */
  getDelivery(request: GetDeliveryRequest, options?: CallOptions): Promise<GetDeliveryResponse>;

  /**
   * Counts, per minute, the deliveries that started and how many of them were not delivered. chatpush only.
   *
   * @throws {@link AccessDeniedException} 403: the key may not act on this instance.
   * @throws {@link InternalServiceException} 500: the service failed in every attempt.
   * @throws {@link InvalidParameterException} 400, or before anything is sent: a parameter breaks a limit.
   * @throws {@link ResourceNotFoundException} 404: unknown instance.
   * @throws {@link ThrottlingException} 429: too many calls.
   * @throws {@link ChatpushError} for everything else: signature, network, time-out.
   */
  getDeliveryCounts(
    request: GetDeliveryCountsRequest,
    options?: CallOptions,
  ): Promise<GetDeliveryCountsResponse>;

  /**
   * Pushes an undelivered delivery again, under the same id. Safe to repeat: a waiting delivery is left unchanged, and an
   * accepted delivery is never pushed again. chatpush only.
   *
   * @throws {@link AccessDeniedException} 403: the key may not act on this instance.
   * @throws {@link ConditionalOperationFailedException} 409: the delivery cannot be replayed; the message says why.
   * @throws {@link InternalServiceException} 500: the service failed in every attempt.
   * @throws {@link InvalidParameterException} 400, or before anything is sent: a parameter breaks a limit.
   * @throws {@link ResourceNotFoundException} 404: unknown instance or delivery.
   * @throws {@link ThrottlingException} 429: too many calls.
   * @throws {@link ChatpushError} for everything else: signature, network, time-out.
   */
  replayDelivery(request: ReplayDeliveryRequest, options?: CallOptions): Promise<ReplayDeliveryResponse>;

  /**
   * Withdraws a waiting delivery: no further attempt starts. Safe to repeat. chatpush only.
   *
   * @throws {@link AccessDeniedException} 403: the key may not act on this instance.
   * @throws {@link ConditionalOperationFailedException} 409: the delivery has already ended, or never started.
   * @throws {@link InternalServiceException} 500: the service failed in every attempt.
   * @throws {@link InvalidParameterException} 400, or before anything is sent: a parameter breaks a limit.
   * @throws {@link ResourceNotFoundException} 404: unknown instance or delivery.
   * @throws {@link ThrottlingException} 429: too many calls.
   * @throws {@link ChatpushError} for everything else: signature, network, time-out.
   */
  withdrawDelivery(
    request: WithdrawDeliveryRequest,
    options?: CallOptions,
  ): Promise<WithdrawDeliveryResponse>;

  /**
   * Starts a chat. chatpush creates a contact to register devices for and runs no flow.
   *
   * @throws {@link AccessDeniedException} 403: the key may not act on this instance.
   * @throws {@link InternalServiceException} 500: the service failed in every attempt.
   * @throws {@link InvalidParameterException} 400, or before anything is sent: a parameter breaks a limit.
   * @throws {@link InvalidRequestException} 400: the parameters contradict each other.
   * @throws {@link LimitExceededException} 429: too many chats at once.
   * @throws {@link ResourceNotFoundException} 404: unknown instance or flow.
   * @throws {@link ThrottlingException} 429: too many calls.
   * @throws {@link ChatpushError} for everything else: signature, network, time-out.
   * @see https://docs.aws.amazon.com/connect/latest/APIReference/API_StartChatContact.html
   */
  startChatContact(
    request: StartChatContactRequest,
    options?: CallOptions,
  ): Promise<StartChatContactResponse>;

  /**
   * Ends a chat. No more devices can be registered for it; earlier messages are still pushed.
   *
   * @throws {@link AccessDeniedException} 403: the key may not act on this instance.
   * @throws {@link ContactNotFoundException} 410: unknown contact.
   * @throws {@link InternalServiceException} 500: the service failed in every attempt.
   * @throws {@link InvalidParameterException} 400, or before anything is sent: a parameter breaks a limit.
   * @throws {@link InvalidRequestException} 400: the contact cannot be stopped this way.
   * @throws {@link ResourceNotFoundException} 404: unknown instance.
   * @throws {@link ThrottlingException} 429: too many calls.
   * @throws {@link ChatpushError} for everything else: signature, network, time-out.
   * @see https://docs.aws.amazon.com/connect/latest/APIReference/API_StopContact.html
   */
  stopContact(request: StopContactRequest, options?: CallOptions): Promise<StopContactResponse>;

  /**
   * Adds a bot to a chat. The bot writes through the Participant Service (`@aws-sdk/client-connectparticipant`) with the
   * token that this call returns. Repeated with the same client token, it returns the same token.
   *
   * @throws {@link AccessDeniedException} 403: the key may not act on this instance.
   * @throws {@link InternalServiceException} 500: the service failed in every attempt.
   * @throws {@link InvalidParameterException} 400, or before anything is sent: a parameter breaks a limit, or the client
   * token was used with other parameters within 7 days.
   * @throws {@link InvalidRequestException} 400: only `CUSTOM_BOT` can join a chat this way.
   * @throws {@link ResourceNotFoundException} 404: unknown instance or contact, or the contact has ended.
   * @throws {@link ThrottlingException} 429: too many calls.
   * @throws {@link ChatpushError} for everything else: signature, network, time-out.
   * @see https://docs.aws.amazon.com/connect/latest/APIReference/API_CreateParticipant.html
   */
  createParticipant(
    request: CreateParticipantRequest,
    options?: CallOptions,
  ): Promise<CreateParticipantResponse>;

  /**
   * Checks a channel's credential at its gateway now, without notifying a device. chatpush only.
   *
   * @throws {@link AccessDeniedException} 403: the key may not use this application.
   * @throws {@link InternalServiceException} 500: the service failed in every attempt.
   * @throws {@link InvalidParameterException} 400, or before anything is sent: a parameter breaks a limit.
   * @throws {@link ResourceNotFoundException} 404: unknown application, or it has no such channel.
   * @throws {@link ThrottlingException} 429: too many calls.
   * @throws {@link ChatpushError} for everything else: signature, network, time-out.
   */
  examineChannel(request: ExamineChannelRequest, options?: CallOptions): Promise<ExamineChannelResponse>;

  /**
   * Returns the payloads that phones would receive for a message; stores and sends nothing. chatpush only.
   *
   * @throws {@link AccessDeniedException} 403: the key may not use this application.
   * @throws {@link InternalServiceException} 500: the service failed in every attempt.
   * @throws {@link InvalidParameterException} 400, or before anything is sent: a parameter breaks a limit.
   * @throws {@link ResourceNotFoundException} 404: unknown application.
   * @throws {@link ThrottlingException} 429: too many calls.
   * @throws {@link ChatpushError} for everything else: signature, network, time-out.
   */
  previewPush(request: PreviewPushRequest, options?: CallOptions): Promise<PreviewPushResponse>;

  /**
   * Lists the live nodes of the service. chatpush only.
   *
   * @throws {@link AccessDeniedException} 403: the key may not see them.
   * @throws {@link InternalServiceException} 500: the service failed in every attempt.
   * @throws {@link InvalidParameterException} 400: `request` is not an object; nothing was sent.
   * @throws {@link ThrottlingException} 429: too many calls.
   * @throws {@link ChatpushError} for everything else: signature, network, time-out.
   */
  listNodes(request: ListNodesRequest, options?: CallOptions): Promise<ListNodesResponse>;
}

/**
 * Creates a client. It holds no connections and needs no closing.
 *
 * @throws TypeError when region, endpoint or credentials are missing or malformed.
 */
export function createClient(options: ClientOptions = {}): ChatpushClient {
  const context = createContext(options);
  const methods = Object.values(OPERATIONS).map((operation) => {
    const call = createCall(operation, context);
    return [
      lowerFirst(operation.name),
      (request: unknown, options?: CallOptions) => call(request, options?.signal),
    ] as const;
  });
  return Object.fromEntries(methods) as unknown as ChatpushClient;
}

function createContext(options: ClientOptions): Context {
  const region = resolveRegion(options.region);
  const now = options.now ?? Date.now;
  const { maxAttempts = MAX_ATTEMPTS, attemptTimeoutMs = 10_000 } = options;
  if (!Number.isSafeInteger(maxAttempts) || maxAttempts < 1)
    throw new TypeError(`maxAttempts must be a whole number of at least 1, not ${String(maxAttempts)}`);
  // setTimeout has a 32-bit limit and fires at once beyond it.
  if (!(attemptTimeoutMs > 0 && attemptTimeoutMs < 2 ** 31))
    throw new TypeError(
      `attemptTimeoutMs must be a number of milliseconds up to 2,147,483,647, not ${String(attemptTimeoutMs)}`,
    );
  return {
    send: options.fetch === undefined ? send : sendByFetch(options.fetch),
    endpoint: resolveEndpoint(options.endpoint, region),
    credentials: createCredentialSource(options.credentials, now),
    sign: createSigner(region, hashing),
    clock: createClockOffset(now),
    budget: createRetryBudget(),
    maxAttempts,
    attemptTimeoutMs,
  };
}
