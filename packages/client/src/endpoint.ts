// Where requests go: an option, the variables that every AWS SDK reads, or Amazon Connect in the region.
import { environment } from './environment.ts';

/** Suffixes of the partitions that have one of their own; us-gov shares the common one. */
const SUFFIXES: readonly (readonly [regionPrefix: string, suffix: string])[] = [['cn-', 'amazonaws.com.cn']];

export interface Endpoint {
  /** `https://connect.eu-central-1.amazonaws.com`, without path. */
  readonly origin: string;
  /** Host and, where it is not the scheme's own, port: what `fetch` sends as `Host`, and what is signed. */
  readonly host: string;
  /** What stands before every operation's path; empty or `/like/this`, without the empty segments no signature covers. */
  readonly basePath: string;
}

export function resolveRegion(option: string | undefined): string {
  const region = option ?? environment('AWS_REGION') ?? environment('AWS_DEFAULT_REGION');
  if (region === undefined)
    throw new TypeError(
      'No region: give createClient({ region }) or set AWS_REGION, for example to us-east-1.',
    );
  // It becomes part of a host name and of the signature's scope, where a slash would change the meaning.
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
      `An endpoint has no query, fragment or user: ${JSON.stringify(`${url.origin}${url.pathname}`)}`,
    );
  return {
    origin: url.origin,
    host: url.host,
    basePath: url.pathname.replace(/\/+/g, '/').replace(/\/$/, ''),
  };
}
