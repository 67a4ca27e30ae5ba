// One form sent by HTTP/1.1, for the token endpoint: node:https takes authorities of our own, which fetch does not.
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';

export interface FormOptions {
  /** PEM of the authorities to trust instead of Node's own list. */
  readonly ca: string | undefined;
  readonly signal: AbortSignal;
}

/** Resolves with whatever was answered; rejects with the socket's error or the signal's reason. */
export function postForm(
  url: string,
  form: Readonly<Record<string, string>>,
  options: FormOptions,
): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const body = new URLSearchParams(form).toString();
  const send = url.startsWith('http:') ? requestHttp : requestHttps;
  const request = send(
    url,
    {
      method: 'POST',
      // Once an hour: a connection of its own, no pool to close.
      agent: false,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': Buffer.byteLength(body),
      },
      signal: options.signal,
      ...(options.ca === undefined ? {} : { ca: options.ca }),
    },
    (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), failed);
    },
  );
  const failed = (error: Error): void =>
    reject(options.signal.aborted ? (options.signal.reason as Error) : error);
  request.on('error', failed);
  request.end(body);
  return promise;
}
