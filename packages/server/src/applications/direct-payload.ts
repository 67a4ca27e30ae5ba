// The message of SendMessages for one address → the gateway's payload. Pure. The keys are those of Amazon's own
// pushes, which apps read with Amplify or directly
// (https://docs.aws.amazon.com/pinpoint/latest/developerguide/channels-push.html).
import type { Input } from '@chatpush/wire';
import type { DirectPush } from '../gateways/gateway.ts';
import { ServiceError } from '../service-error.ts';

type Call = Input<'SendMessages'>;
type Configuration = Call['MessageConfiguration'];
type Apns = NonNullable<Configuration['APNSMessage']>;
type Gcm = NonNullable<Configuration['GCMMessage']>;
export type Address = NonNullable<Call['Addresses']>[string];

/** What differs between the pushes of one call, besides their ids. */
export type DirectForm = Pick<DirectPush, 'payload' | 'pushType' | 'priority' | 'collapseId'> & {
  readonly timeToLiveSeconds?: number;
};

/** FCM's default and Pinpoint's default for it: four weeks. */
const FCM_TTL_SECONDS = 2_419_200;
const ACTIONS = { OPEN_APP: 'openApp', DEEP_LINK: 'deeplink', URL: 'url' } as const;

const bad = (message: string): ServiceError => new ServiceError('BadRequestException', message);

/** The channel's message merged over the default one, with an address's own texts and values. */
function resolve(
  own: Apns | Gcm | undefined,
  { DefaultMessage, DefaultPushNotificationMessage: push }: Configuration,
  address: Address,
  context: Readonly<Record<string, string>> | undefined,
) {
  const values = {
    ...DefaultMessage?.Substitutions,
    ...push?.Substitutions,
    ...own?.Substitutions,
    ...address.Substitutions,
  };
  const fill = (text: string | undefined): string | undefined =>
    text?.replaceAll(/\{\{([^{}]{1,100})\}\}/g, (whole, name: string) => values[name.trim()]?.[0] ?? whole);
  const action = own?.Action ?? push?.Action ?? 'OPEN_APP';
  const url = own?.Url ?? push?.Url ?? '';
  return {
    title: fill(address.TitleOverride ?? own?.Title ?? push?.Title),
    body: fill(address.BodyOverride ?? own?.Body ?? push?.Body ?? DefaultMessage?.Body),
    isSilent: own?.SilentPush ?? push?.SilentPush ?? false,
    raw: address.RawContent ?? own?.RawContent,
    action: ACTIONS[action],
    actionValue: action === 'OPEN_APP' ? 'true' : url,
    data: { ...push?.Data, ...own?.Data, ...context, ...address.Context },
  };
}

function parseRaw(text: string, member: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw bad(`${member} must be the text of a JSON object.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw bad(`${member} must be the text of a JSON object.`);
  return value as Record<string, unknown>;
}

export function apnsForm(call: Call, address: Address): DirectForm {
  const { MessageConfiguration: configuration, Context } = call;
  const own = configuration.APNSMessage;
  const { raw, isSilent, title, body, data, action, actionValue } = resolve(
    own,
    configuration,
    address,
    Context,
  );
  const rawPayload = raw === undefined ? undefined : parseRaw(raw, 'RawContent');
  const aps = (rawPayload?.['aps'] ?? {}) as Record<string, unknown>;
  const alert = { ...(title !== undefined && { title }), ...(body !== undefined && { body }) };
  const payload = rawPayload ?? {
    aps: isSilent
      ? { 'content-available': 1 }
      : {
          alert,
          ...(own?.Badge !== undefined && { badge: own.Badge }),
          ...(own?.Sound !== undefined && { sound: own.Sound }),
          ...(own?.Category !== undefined && { category: own.Category }),
          ...(own?.ThreadId !== undefined && { 'thread-id': own.ThreadId }),
          ...(own?.MediaUrl !== undefined && { 'mutable-content': 1 }),
        },
    data: {
      ...(own?.MediaUrl !== undefined && { 'media-url': own.MediaUrl }),
      pinpoint: { [action]: actionValue },
      jsonBody: data,
    },
  };
  const isBackground =
    rawPayload === undefined ? isSilent : aps['content-available'] === 1 && !('alert' in aps);
  const pushType = own?.APNSPushType ?? (isBackground ? 'background' : 'alert');
  const isNormal = own?.Priority === '5' || own?.Priority === 'normal';
  return {
    payload: JSON.stringify(payload),
    pushType,
    // Apple refuses a background push with priority 10.
    priority: isNormal || pushType === 'background' ? '5' : '10',
    ...(own?.CollapseId !== undefined && { collapseId: own.CollapseId }),
    ...(own?.TimeToLive !== undefined && { timeToLiveSeconds: own.TimeToLive }),
  };
}

export function gcmForm(call: Call, address: Address): DirectForm {
  const { MessageConfiguration: configuration, Context } = call;
  const own = configuration.GCMMessage;
  const { raw, isSilent, title, body, data, action, actionValue } = resolve(
    own,
    configuration,
    address,
    Context,
  );
  const timeToLiveSeconds = own?.TimeToLive ?? FCM_TTL_SECONDS;
  const isNormal = own?.Priority === '5' || own?.Priority === 'normal';
  const android = {
    priority: isNormal ? 'NORMAL' : 'HIGH',
    ttl: `${timeToLiveSeconds}s`,
    ...(own?.CollapseKey !== undefined && { collapse_key: own.CollapseKey }),
    ...(own?.RestrictedPackageName !== undefined && { restricted_package_name: own.RestrictedPackageName }),
  };
  if (raw !== undefined) return { payload: JSON.stringify(rawMessage(raw, android)), timeToLiveSeconds };
  const texts = {
    title,
    body,
    imageUrl: own?.ImageUrl,
    imageIconUrl: own?.ImageIconUrl,
    imageSmallIconUrl: own?.SmallImageIconUrl,
    icon: own?.IconReference,
    sound: own?.Sound,
    ...(isSilent && { silentPush: '1' }),
  };
  const message = {
    data: {
      ...data,
      ...Object.fromEntries(
        Object.entries(texts)
          .filter((entry): entry is [string, string] => entry[1] !== undefined)
          .map(([name, text]) => [`pinpoint.notification.${name}`, text]),
      ),
      [`pinpoint.${action}`]: actionValue,
      'pinpoint.campaign.campaign_id': '_DIRECT',
    },
    android,
  };
  return { payload: JSON.stringify(message), timeToLiveSeconds };
}

/** Either `{"fcmV1Message":{"message":…}}`, or the legacy form with `notification` and `data` side by side. */
function rawMessage(raw: string, android: object): Record<string, unknown> {
  const content = parseRaw(raw, 'RawContent');
  const envelope = content['fcmV1Message'] as { readonly message?: unknown } | undefined;
  if (envelope !== undefined) {
    const message = envelope.message;
    if (typeof message !== 'object' || message === null)
      throw bad('RawContent.fcmV1Message must contain a message.');
    const { token: _, topic: __, condition: ___, ...rest } = message as Record<string, unknown>;
    return { android, ...rest };
  }
  const { notification, data } = content;
  return {
    ...(notification !== undefined && { notification }),
    ...(data !== undefined && { data }),
    android,
  };
}
