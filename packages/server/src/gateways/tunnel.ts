// A TCP connection by way of an HTTP proxy (CONNECT, RFC 9110 §9.3.6).
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Duplex } from 'node:stream';
import { authority, hostOf } from '../base-url.ts';

/**
 * Opens a connection to `to` through the proxy at this URL. Rejects with an Error whose `code` is `PROXY_<status>` when the
 * proxy refuses, `PROXY_NOT_HTTP` when it speaks something else, `PROXY_UNREACHABLE` when it cannot be reached; or with the
 * signal's reason.
 */
export function openTunnel(
  proxy: string,
  to: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<Duplex> {
  const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
  const url = new URL(proxy);
  const target = authority(to.host, to.port);
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const request = send({
    host: hostOf(url),
    port: url.port || (url.protocol === 'https:' ? 443 : 80),
    method: 'CONNECT',
    path: target,
    headers: { host: target, ...authorization(url) },
    agent: false,
    signal,
  });
  request.once('connect', (response, socket, head) => {
    const { statusCode = 0 } = response;
    if (statusCode >= 200 && statusCode < 300 && head.length === 0) return resolve(socket);
    socket.destroy();
    const words = `the proxy ${url.host} answers ${statusCode} ${response.statusMessage ?? ''}`.trimEnd();
    reject(Object.assign(new Error(`${words} to CONNECT`), { code: `PROXY_${statusCode}` }));
  });
  request.on('error', (error: NodeJS.ErrnoException) => {
    if (signal.aborted) return reject(signal.reason as Error);
    const fault = error.code ?? error.message;
    const speaksOtherwise = /^HPE_|^EPROTO$|^ERR_SSL_/.test(fault);
    const words = speaksOtherwise
      ? `answers something other than ${url.protocol === 'https:' ? 'HTTPS' : 'HTTP'}`
      : 'cannot be reached';
    reject(
      Object.assign(new Error(`the proxy ${url.host} ${words}: ${fault}`), {
        code: speaksOtherwise ? 'PROXY_NOT_HTTP' : 'PROXY_UNREACHABLE',
        cause: error,
      }),
    );
  });
  request.end();
  return promise;
}

function authorization({ username, password }: URL): { 'proxy-authorization'?: string } {
  if (username === '' && password === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}
