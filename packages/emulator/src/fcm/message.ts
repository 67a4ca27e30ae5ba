// The schema of `projects.messages.send`, as FCM checks it: unknown fields, types, reserved keys, sizes, one target.
// https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages
import { isJson, type Json } from '../notification.ts';

/** The type of a field. */
type Field =
  | 'text'
  | 'switch'
  | 'integer'
  | 'number'
  | 'texts' // list of strings
  | 'map' // string to string
  | 'object' // any JSON object
  | 'duration' // "3.5s"
  | 'durations'
  | 'timestamp' // RFC 3339
  | { oneOf: readonly string[] }
  | { fields: Fields };
type Fields = Record<string, Field>;

const LOCALISED: Fields = {
  title_loc_key: 'text',
  title_loc_args: 'texts',
  body_loc_key: 'text',
  body_loc_args: 'texts',
};

const ANDROID_NOTIFICATION: Fields = {
  ...LOCALISED,
  title: 'text',
  body: 'text',
  icon: 'text',
  color: 'text',
  sound: 'text',
  tag: 'text',
  click_action: 'text',
  channel_id: 'text',
  ticker: 'text',
  sticky: 'switch',
  event_time: 'timestamp',
  local_only: 'switch',
  notification_priority: {
    oneOf: [
      'PRIORITY_UNSPECIFIED',
      'PRIORITY_MIN',
      'PRIORITY_LOW',
      'PRIORITY_DEFAULT',
      'PRIORITY_HIGH',
      'PRIORITY_MAX',
    ],
  },
  default_sound: 'switch',
  default_vibrate_timings: 'switch',
  default_light_settings: 'switch',
  vibrate_timings: 'durations',
  visibility: { oneOf: ['VISIBILITY_UNSPECIFIED', 'PRIVATE', 'PUBLIC', 'SECRET'] },
  notification_count: 'integer',
  light_settings: {
    fields: {
      color: { fields: { red: 'number', green: 'number', blue: 'number', alpha: 'number' } },
      light_on_duration: 'duration',
      light_off_duration: 'duration',
    },
  },
  image: 'text',
  bypass_proxy_notification: 'switch',
  proxy: { oneOf: ['PROXY_UNSPECIFIED', 'ALLOW', 'DENY', 'IF_PRIORITY_LOWERED'] },
};

const OPTIONS: Field = { fields: { analytics_label: 'text' } };

const MESSAGE: Fields = {
  name: 'text',
  token: 'text',
  fid: 'text',
  topic: 'text',
  condition: 'text',
  data: 'map',
  notification: { fields: { title: 'text', body: 'text', image: 'text' } },
  fcm_options: OPTIONS,
  android: {
    fields: {
      collapse_key: 'text',
      priority: { oneOf: ['NORMAL', 'HIGH', 'normal', 'high'] },
      ttl: 'duration',
      restricted_package_name: 'text',
      data: 'map',
      notification: { fields: ANDROID_NOTIFICATION },
      fcm_options: OPTIONS,
      direct_boot_ok: 'switch',
      bandwidth_constrained_ok: 'switch',
      restricted_satellite_ok: 'switch',
    },
  },
  apns: {
    fields: {
      headers: 'map',
      payload: 'object',
      fcm_options: { fields: { analytics_label: 'text', image: 'text' } },
      live_activity_token: 'text',
    },
  },
  webpush: {
    fields: {
      headers: 'map',
      data: 'map',
      notification: 'object',
      fcm_options: { fields: { link: 'text', analytics_label: 'text' } },
    },
  },
};

const REQUEST: Fields = { message: { fields: MESSAGE }, validate_only: 'switch' };

const TARGETS = ['token', 'fid', 'topic', 'condition'] as const;
const MOST_BYTES = { device: 4096, topic: 2048 } as const;
const MOST_TTL_SECONDS = 2_419_200;

/** One entry of `google.rpc.BadRequest`. */
export interface Violation {
  field: string;
  description: string;
}

export interface Parsed {
  message: Json;
  target: (typeof TARGETS)[number];
  address: string;
  validateOnly: boolean;
}

const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const EXPECTED: Record<string, (value: unknown) => boolean> = {
  text: (value) => typeof value === 'string',
  switch: (value) => typeof value === 'boolean',
  integer: (value) => Number.isInteger(typeof value === 'string' && value !== '' ? Number(value) : value),
  number: (value) => typeof value === 'number',
  texts: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  object: isJson,
  duration: (value) => typeof value === 'string' && /^-?\d+(\.\d{1,9})?s$/.test(value),
  durations: (value) => Array.isArray(value) && value.every((one) => EXPECTED['duration']?.(one)),
  timestamp: (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
};

/** proto3 JSON accepts snake_case and camelCase; the result is in snake_case. */
function read(value: Json, fields: Fields, path: string, violations: Violation[]): Json {
  const result: Json = {};
  for (const [given, one] of Object.entries(value)) {
    const name = snake(given);
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const where = path === '' ? name : `${path}.${name}`;
    if (field === undefined) {
      const description = `Invalid JSON payload received. Unknown name "${given}"${path && ` at '${path}'`}: Cannot find field.`;
      violations.push({ field: path, description });
    } else if (one !== null) {
      result[name] = readField(one, field, where, violations);
    }
  }
  return result;
}

function readField(value: unknown, field: Field, where: string, violations: Violation[]): unknown {
  const refuse = (what: string): undefined => {
    const description = `Invalid value at '${where}' (${what}), ${JSON.stringify(value)}`;
    violations.push({ field: where, description });
    return undefined;
  };
  if (typeof field === 'object') {
    if ('oneOf' in field)
      return field.oneOf.includes(value as string) ? value : refuse(`one of ${field.oneOf.join(', ')}`);
    return isJson(value) ? read(value, field.fields, where, violations) : refuse('an object');
  }
  if (field === 'map') {
    if (!isJson(value)) return refuse('an object');
    for (const [key, one] of Object.entries(value)) {
      if (typeof one === 'string') continue;
      violations.push({
        field: `${where}[${key}]`,
        description: `Invalid value at '${where}[${key}].value' (TYPE_STRING), ${JSON.stringify(one)}`,
      });
    }
    return value;
  }
  return EXPECTED[field]?.(value) ? value : refuse(`TYPE_${field.toUpperCase()}`);
}

const RESERVED = (key: string): boolean =>
  key === 'from' ||
  key === 'message_type' ||
  key.startsWith('google.') ||
  key.startsWith('gcm.notification.');

const bytesOf = (value: unknown): number => {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (isJson(value))
    return Object.entries(value).reduce((sum, [key, one]) => sum + Buffer.byteLength(key) + bytesOf(one), 0);
  return value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value));
};

/** Rules that types do not express. Messages are Google's if they are known. */
function meaningOf(message: Json, violations: Violation[]): Parsed['target'] | undefined {
  const refuse = (field: string, description: string): void => void violations.push({ field, description });
  const targets = TARGETS.filter((target) => message[target] !== undefined && message[target] !== '');
  if (targets.length === 0) refuse('message', 'Recipient of the message is not set.');
  if (targets.length > 1) refuse('message', `Only one recipient may be set, not ${targets.join(' and ')}.`);
  const android = isJson(message['android']) ? message['android'] : {};
  for (const [field, data] of [
    ['message.data', message['data']],
    ['message.android.data', android['data']],
  ] as const) {
    const reserved = isJson(data) ? Object.keys(data).filter(RESERVED) : [];
    for (const key of reserved) refuse(field, `Invalid data payload key: ${key}`);
  }
  const ttl = typeof android['ttl'] === 'string' ? Number(android['ttl'].slice(0, -1)) : 0;
  if (ttl < 0 || ttl > MOST_TTL_SECONDS)
    refuse('message.android.ttl', `Invalid value: ttl must be from 0s to ${MOST_TTL_SECONDS}s`);
  const apns = isJson(message['apns']) ? message['apns'] : undefined;
  const bytes =
    bytesOf(message['data']) +
    bytesOf(message['notification']) +
    bytesOf(android['data']) +
    bytesOf(android['notification']);
  const most = targets[0] === 'topic' || targets[0] === 'condition' ? MOST_BYTES.topic : MOST_BYTES.device;
  if (bytes > most) refuse('message', 'Android message is too big');
  if (apns && Buffer.byteLength(JSON.stringify(apns['payload'] ?? '')) > MOST_BYTES.device)
    refuse('message.apns.payload', 'APNS payload is too big');
  return targets[0];
}

/** The message, or everything wrong with it. */
export function parseMessage(body: string): Parsed | Violation[] {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    value = undefined; // the parser's message is not Google's
  }
  if (!isJson(value))
    return [{ field: '', description: 'Invalid JSON payload received. Expected an object.' }];
  const violations: Violation[] = [];
  const { message, validate_only: validateOnly } = read(value, REQUEST, '', violations);
  if (violations.length > 0) return violations;
  if (!isJson(message)) return [{ field: 'message', description: 'The message is not set.' }];
  const target = meaningOf(message, violations);
  if (violations.length > 0 || target === undefined) return violations;
  return { message, target, address: String(message[target]), validateOnly: validateOnly === true };
}
