// A TCP connection through an HTTP proxy (CONNECT, RFC 9110 §9.3.6).
import { request as requestHttp } from 'node:http';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { authority, hostOf } from '../addresses/base-url.ts';
import { resolveBySystem, resolveInTime, type Resolve } from './connect.ts';
import { connectTcp } from './race.ts';

/**
 * Opens a connection to `to` through the proxy at this URL. Rejects with an Error whose `code` is `PROXY_<status>`
 * if the proxy refuses, `PROXY_NOT_HTTP` if it does not speak HTTP, `PROXY_UNREACHABLE` if it cannot be reached; or
 * with the signal's reason.
 */
export async function openTunnel(
  proxy: string,
  to: { readonly host: string; readonly port: number },
  signal: AbortSignal,
  resolve = resolveBySystem,
): Promise<Duplex> {
  const url = new URL(proxy);
  const target = authority(to.host, to.port);
  const connection = await connectProxy(url, signal, resolve);
  const { promise, resolve: opened, reject } = Promise.withResolvers<Duplex>();
  const request = requestHttp({
    method: 'CONNECT',
    path: target,
    headers: { host: target, ...authorization(url) },
    createConnection: () => connection,
    signal,
  });
  request.once('connect', (response, socket, head) => {
    const { statusCode = 0 } = response;
    if (statusCode >= 200 && statusCode < 300 && head.length === 0) return opened(socket);
    socket.destroy();
    const words = `the proxy ${url.host} answers ${statusCode} ${response.statusMessage ?? ''}`.trimEnd();
    reject(Object.assign(new Error(`${words} to CONNECT`), { code: `PROXY_${statusCode}` }));
  });
  request.on('error', (error) => reject(signal.aborted ? (signal.reason as Error) : faultOf(url, error)));
  request.end();
  return promise;
}

/** TCP to the proxy, and TLS if its URL says so. */
async function connectProxy(url: URL, signal: AbortSignal, resolve: Resolve): Promise<Duplex> {
  const host = hostOf(url);
  const secure = url.protocol === 'https:';
  try {
    const addresses = await resolveInTime(resolve, host, signal);
    const tcp = await connectTcp(addresses, Number(url.port || (secure ? 443 : 80)), signal);
    return secure ? connectTls({ socket: tcp, host, servername: isIP(host) === 0 ? host : '' }) : tcp;
  } catch (error) {
    throw error === signal.reason ? error : faultOf(url, error as NodeJS.ErrnoException);
  }
}

function faultOf(url: URL, error: NodeJS.ErrnoException): Error {
  const fault = error.code ?? error.message;
  const speaksOtherwise = /^HPE_|^EPROTO$|^ERR_SSL_/.test(fault);
  const words = speaksOtherwise
    ? `answers something other than ${url.protocol === 'https:' ? 'HTTPS' : 'HTTP'}`
    : 'cannot be reached';
  return Object.assign(new Error(`the proxy ${url.host} ${words}: ${fault}`), {
    code: speaksOtherwise ? 'PROXY_NOT_HTTP' : 'PROXY_UNREACHABLE',
    cause: error,
  });
}

function authorization({ username, password }: URL): { 'proxy-authorization'?: string } {
  if (username === '' && password === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}
