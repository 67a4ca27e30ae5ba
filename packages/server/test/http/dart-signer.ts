// Requests as Dart's packages for Amazon's API write and sign them, stage by stage after what they send: `aws_client` 0.9.3, and
// `shared_aws_api` 1 and 2 before it, with a session token or without.
import { createHmac, hash } from 'node:crypto';

export type DartVersion = 'aws_client 0.9.3' | 'shared_aws_api 2';

export interface DartRequest {
  readonly version: DartVersion;
  readonly method: string;
  readonly host: string;
  /** Segments of the path, not encoded. */
  readonly segments: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  readonly payload?: object;
  readonly key: { readonly id: string; readonly secret: string };
  readonly sessionToken?: string;
}

/** `Uri.encodeComponent` is as JavaScript's. */
const component = encodeURIComponent;
/** `Uri.encodeQueryComponent`: everything but letters, digits and `-._~`, a space as `+`. */
const queryComponent = (text: string): string =>
  encodeURIComponent(text)
    .replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
/** `Uri.encodeFull` leaves what `encodeURI` leaves, and encodes percent signs. */
const full = (path: string): string => encodeURI(path);

/** The bytes of a request. */
export function dartRequest(request: DartRequest): string {
  const { version, method, host, segments, query = {}, payload, key } = request;
  const isOld = version === 'shared_aws_api 2';
  const path = `/${segments.map(component).join('/')}`;
  const pairs = Object.entries(query).map(
    ([name, value]) => `${queryComponent(name)}=${queryComponent(value)}`,
  );
  // `uri.replace(queryParameters: {})` leaves the question mark.
  const target = `${path}?${pairs.join('&')}`;
  const body = payload === undefined ? '' : JSON.stringify(payload);
  const bodyHash = hash('sha256', body);
  const date = `${new Date().toISOString().replaceAll(/[-:]/g, '').split('.')[0]}Z`;
  const headers: Record<string, string> = { accept: 'application/json' };
  if (payload !== undefined)
    headers['content-type'] = isOld ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
  headers['X-Amz-Date'] = date;
  headers['Host'] = host;
  headers['x-amz-content-sha256'] = bodyHash;
  // Older versions add the token once they have signed.
  if (request.sessionToken !== undefined && !isOld) headers['X-Amz-Security-Token'] = request.sessionToken;
  const names = Object.keys(headers);
  const lines = names.map((name) => `${name.toLowerCase()}:${headers[name]!.trim()}`).sort();
  const signed = names
    .map((name) => name.toLowerCase())
    .sort()
    .join(';');
  const sorted = pairs.toSorted().join('&');
  const canonical = [
    method,
    isOld ? full(path) : path,
    isOld ? sorted : sorted.replaceAll('+', '%20'),
    ...lines,
    '',
    signed,
    bodyHash,
  ].join('\n');
  const scope = [date.slice(0, 8), 'eu-central-1', 'connect', 'aws4_request'];
  const toSign = ['AWS4-HMAC-SHA256', date, scope.join('/'), hash('sha256', canonical)].join('\n');
  const signingKey = scope.reduce<Buffer | string>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${key.secret}`,
  );
  const signature = createHmac('sha256', signingKey).update(toSign).digest('hex');
  if (request.sessionToken !== undefined && isOld) headers['X-Amz-Security-Token'] = request.sessionToken;
  headers['Authorization'] =
    `AWS4-HMAC-SHA256 Credential=${key.id}/${scope.join('/')}, SignedHeaders=${signed}, Signature=${signature}`;
  headers['content-length'] = String(Buffer.byteLength(body));
  headers['connection'] = 'close';
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${target} HTTP/1.1\r\n${head.join('')}\r\n${body}`;
}
