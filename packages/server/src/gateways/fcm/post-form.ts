// One form posted over HTTP/1.1 to the token endpoint. node:https can use a connection of our own (authorities, a
// proxy, racing addresses); fetch cannot.
import { request as requestHttp } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import { hostOf } from '../../addresses/base-url.ts';
import { resolveInTime, resolveUncached } from '../connect.ts';
import { connectTcp } from '../race.ts';
import { openTunnel } from '../tunnel.ts';

export interface FormOptions {
  /** PEM of the authorities to trust instead of Node's own list. */
  readonly ca: string | undefined;
  /** URL of an HTTP proxy. */
  readonly proxy?: string | undefined;
  readonly signal: AbortSignal;
}

/** A token and its JSON take 1 to 2 KB. */
const MOST_ANSWER_BYTES = 65_536;

/** Resolves with any answer. Rejects with the socket's error or the signal's reason, or if the answer is too long. */
export async function postForm(
  url: string,
  form: Readonly<Record<string, string>>,
  options: FormOptions,
): Promise<{ status: number; body: string }> {
  const { signal } = options;
  const connection = await connectTo(new URL(url), options);
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const body = new URLSearchParams(form).toString();
  const send = url.startsWith('http:') ? requestHttp : requestHttps;
  const request = send(
    url,
    {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': Buffer.byteLength(body),
        connection: 'close',
      },
      // Needed once an hour: it uses its own connection, without an agent, so there is no pool to close.
      createConnection: () => connection,
      signal,
    },
    (response) => {
      readAnswer(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), failed);
    },
  );
  const failed = (error: Error): void => reject(signal.aborted ? (signal.reason as Error) : error);
  request.on('error', failed);
  request.end(body);
  try {
    return await promise;
  } finally {
    // Node leaves a connection that we supplied open, and a relay may not forward the other side's close.
    connection.destroy();
  }
}

/** An answer that is too long is not read to its end: its connection is closed. */
async function readAnswer(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_ANSWER_BYTES) throw new Error(`the answer is longer than ${MOST_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

async function connectTo(url: URL, { ca, proxy, signal }: FormOptions): Promise<Duplex> {
  const host = hostOf(url);
  const port = Number(url.port || (url.protocol === 'http:' ? 80 : 443));
  const tcp =
    proxy === undefined
      ? await connectTcp(await resolveInTime(resolveUncached, host, signal), port, signal)
      : await openTunnel(proxy, { host, port }, signal);
  if (url.protocol === 'http:') return tcp;
  return connect({
    socket: tcp,
    host,
    servername: isIP(host) === 0 ? host : '',
    ...(ca === undefined ? {} : { ca }),
  });
}
