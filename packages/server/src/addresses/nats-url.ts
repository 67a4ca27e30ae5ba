// The parts of the URL of a JetStream store (`nats://user:password@a,b:4223,c?replicas=3`).

export interface NatsAddress {
  /** `host:port`. */
  readonly servers: readonly string[];
  readonly isTls: boolean;
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
  /** Path of a credentials file. */
  readonly credentials?: string;
  /** Path of the certificates of authorities. */
  readonly authority?: string;
  /** The prefix of the streams' names and subjects. */
  readonly prefix: string;
  /** Of each stream. */
  readonly replicas: number;
  /** How many streams the instances are spread over; fixed when the streams are created. */
  readonly shards: number;
}

const FORM = /^(nats|tls):\/\/(?:([^@/?#]*)@)?([^@/?#]+)\/?(?:\?([^#]*))?$/;
const DEFAULT_PORT = 4222;
const DEFAULT_SHARDS = 4;

/** The address, or what is wrong with the text: the end of a sentence that begins with its name. */
export function readNatsUrl(text: string): NatsAddress | string {
  const [, scheme, login, hosts, query = ''] = FORM.exec(text) ?? [];
  if (hosts === undefined)
    return 'is not a URL of NATS servers; write nats://host, or nats://a,b,c for a cluster';
  const servers = hosts.split(',').map((host) => (/:\d+$/.test(host) ? host : `${host}:${DEFAULT_PORT}`));
  if (!servers.every((server) => URL.canParse(`tcp://${server}`)))
    return 'has an invalid host; write nats://a,b:4223,c with one comma between hosts';
  const given = Object.fromEntries(new URLSearchParams(query));
  const { replicas, shards, prefix = 'chatpush', creds, ca, ...unknown } = given;
  const [stranger] = Object.keys(unknown);
  if (stranger !== undefined)
    return `has the unknown parameter ${stranger}; it may have replicas, shards, prefix, creds and ca`;
  if (!/^[A-Za-z0-9_-]{1,32}$/.test(prefix))
    return 'has an invalid prefix; write up to 32 letters, digits, - and _';
  const replicaCount = Number(replicas ?? (servers.length >= 3 ? 3 : 1));
  if (![1, 3, 5].includes(replicaCount)) return 'has invalid replicas; write 1, 3 or 5';
  const shardCount = Number(shards ?? DEFAULT_SHARDS);
  if (!Number.isInteger(shardCount) || shardCount < 1 || shardCount > 256)
    return 'has invalid shards; write a whole number from 1 to 256';
  const parts = (login ?? '').split(':');
  if (!parts.every(isPercentEncoded)) return 'has an invalid user or password; write a % in it as %25';
  const [name, password] = parts.map(decodeURIComponent);
  return {
    servers,
    isTls: scheme === 'tls',
    ...(password !== undefined ? { user: name!, password } : name ? { token: name } : {}),
    ...(creds !== undefined && { credentials: creds }),
    ...(ca !== undefined && { authority: ca }),
    prefix,
    replicas: replicaCount,
    shards: shardCount,
  };
}

function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** Takes a URL that the settings have already checked. */
export function checkedNatsUrl(text: string): NatsAddress {
  const address = readNatsUrl(text);
  if (typeof address === 'string') throw new TypeError(`The URL ${address}.`);
  return address;
}
