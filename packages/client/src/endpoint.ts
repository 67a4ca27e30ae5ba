// Where requests go: an option, the variables that every AWS SDK reads, or Amazon Connect in the region.
import { environment } from './environment.ts';

/** Domain suffixes of the partitions whose suffix differs; us-gov has the usual one. */
const SUFFIXES: readonly (readonly [regionPrefix: string, suffix: string])[] = [['cn-', 'amazonaws.com.cn']];

export interface Endpoint {
  /** `https://connect.eu-central-1.amazonaws.com`, without path. */
  readonly origin: string;
  /** Host, and port unless it is the scheme's default: as `fetch` sends it in `Host`, and as it is signed. */
  readonly host: string;
  /** The prefix of every operation's path: empty or `/like/this`, without empty segments, which no signature covers. */
  readonly basePath: string;
}

export function resolveRegion(option: string | undefined): string {
  const region = option ?? environment('AWS_REGION') ?? environment('AWS_DEFAULT_REGION');
  if (region === undefined)
    throw new TypeError(
      'No region: pass createClient({ region }) or set AWS_REGION, for example to us-east-1.',
    );
  // It becomes part of the host name and of the signature's scope, where a slash would change the meaning.
  if (!/^[a-z0-9-]{1,63}$/i.test(region)) throw new TypeError(`Not a region: ${JSON.stringify(region)}`);
  return region;
}

export function resolveEndpoint(option: string | URL | undefined, region: string): Endpoint {
  const given = option ?? environment('AWS_ENDPOINT_URL_CONNECT') ?? environment('AWS_ENDPOINT_URL');
  const suffix = SUFFIXES.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'amazonaws.com';
  const text = given === undefined ? `https://connect.${region}.${suffix}` : String(given);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw new TypeError(
      `Not an endpoint: ${JSON.stringify(text)}; expected something like http://127.0.0.1:4100`,
    );
  if (url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '')
    throw new TypeError(
      `An endpoint cannot have a query, a fragment or a user: ${JSON.stringify(`${url.origin}${url.pathname}`)}`,
    );
  return {
    origin: url.origin,
    host: url.host,
    basePath: url.pathname.replace(/\/+/g, '/').replace(/\/$/, ''),
  };
}
