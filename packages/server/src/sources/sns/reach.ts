// How Amazon's hosts are reached: one GET, no redirect, at most 16 KiB and 5 seconds, and never on this machine.
import { lookup as resolveName } from 'node:dns';
import { Agent as PlainAgent, get as getPlain } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { Agent, get as getOverTls } from 'node:https';
import type { LookupFunction } from 'node:net';
import { BlockList } from 'node:net';

export const MAX_BYTES = 16_384;
export const TIMEOUT_MS = 5_000;

/** A host's answer, whatever its status. Rejects with the connection error. */
export type Reach = (
  url: URL,
  headers?: Readonly<Record<string, string>>,
) => Promise<{ readonly status: number; readonly body: Buffer }>;

/** Replaces Amazon's network: tests have one with its own authority. */
export interface OtherNetwork {
  /** Trusted instead of the machine's authorities, PEM. */
  readonly authorities: readonly string[];
  readonly agent?: Agent;
  readonly plainAgent?: PlainAgent;
}

export interface ReachOptions {
  readonly network?: OtherNetwork | undefined;
  /** URL of an HTTP proxy to all hosts; it may contain user and password. */
  readonly proxy?: string | undefined;
  /** Hosts may be on this machine. Default: no. */
  readonly isAnywhere?: boolean;
}

/** The agents keep no connection alive: a host is asked a few times a year. */
export function createReach({ network, proxy, isAnywhere = false }: ReachOptions = {}): Reach {
  const proxyEnv = proxy === undefined ? {} : { HTTPS_PROXY: proxy, HTTP_PROXY: proxy };
  const agent = network?.agent ?? new Agent({ proxyEnv });
  const plainAgent = network?.plainAgent ?? new PlainAgent({ proxyEnv });
  const trust = network && { ca: [...network.authorities] };
  // A proxy resolves names itself, and may be on this machine.
  const names =
    network === undefined && proxy === undefined && !isAnywhere ? { lookup: lookupElsewhere } : {};
  return (url, headers = {}) =>
    new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const asked = { signal, headers, ...names };
      const take = (response: IncomingMessage): void => {
        readUpTo(response, MAX_BYTES).then(
          (body) => resolve({ status: response.statusCode ?? 0, body }),
          (error: unknown) => reject(toFault(url, error)),
        );
      };
      const request =
        url.protocol === 'https:'
          ? getOverTls(url, { ...asked, agent, ...trust }, take)
          : getPlain(url, { ...asked, agent: plainAgent }, take);
      request.on('error', (error) => reject(toFault(url, error)));
    });
}

/**
 * Loopback and link-local addresses, to which a forged DNS answer would lead. An endpoint in a VPC has a private
 * one.
 */
const HERE = new BlockList();
HERE.addSubnet('0.0.0.0', 8);
HERE.addSubnet('127.0.0.0', 8);
HERE.addSubnet('169.254.0.0', 16);
HERE.addAddress('::', 'ipv6');
HERE.addAddress('::1', 'ipv6');
HERE.addSubnet('fe80::', 10, 'ipv6');

const lookupElsewhere: LookupFunction = (host, options, callback) =>
  resolveName(host, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, []);
    const here = addresses.find(({ address, family }) => HERE.check(address, family === 6 ? 'ipv6' : 'ipv4'));
    const [first] = addresses;
    if (here || !first)
      callback(new Error(`its name resolves to ${here?.address ?? 'nothing'}, which is not Amazon's`), []);
    else if (options.all) callback(null, addresses);
    else callback(null, first.address, first.family);
  });

async function readUpTo(response: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Leaving the loop destroys the stream.
    if (bytes > limit) throw new Error(`more than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const toFault = (url: URL, cause: unknown): Error =>
  new Error(`${url.host} cannot be reached: ${(cause as Error).message}`, { cause });
