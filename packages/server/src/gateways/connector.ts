// Opens HTTP/2 sessions to one endpoint: name, TCP, TLS, and the peer's first SETTINGS.
import { connect, type ClientHttp2Session, type Settings } from 'node:http2';
import { createSecureContext, type TLSSocket } from 'node:tls';
import { authority } from '../base-url.ts';
import { connectTls, spread, type Endpoint, type Resolve } from './connect.ts';
import type { Trouble } from './gateway.ts';
import { openTunnel } from './tunnel.ts';

/** Takes over a session; called in the very event of its first SETTINGS, so that no later event is missed. */
export type TakeOver<T> = (h2: ClientHttp2Session, settings: Settings, socket: TLSSocket) => T;

export interface Connector {
  /** Rejects with the fault, or with the signal's reason. `inUse` counts the sessions there are per address. */
  open<T>(inUse: ReadonlyMap<string, number>, signal: AbortSignal, takeOver: TakeOver<T>): Promise<T>;
}

export function createConnector(endpoint: Endpoint, resolve: Resolve, random: () => number): Connector {
  // Made once: parsing authorities costs milliseconds.
  const secureContext = createSecureContext({
    ...(endpoint.ca === undefined ? {} : { ca: endpoint.ca }),
    ...(endpoint.client === undefined
      ? {}
      : { cert: endpoint.client.certificate, key: endpoint.client.privateKey }),
    minVersion: 'TLSv1.2',
  });
  const origin = `https://${authority(endpoint.host, endpoint.port)}`;

  return {
    async open<T>(
      inUse: ReadonlyMap<string, number>,
      signal: AbortSignal,
      takeOver: TakeOver<T>,
    ): Promise<T> {
      const { proxy } = endpoint;
      const socket =
        proxy === undefined
          ? await connectTls(
              endpoint,
              spread(await unlessAborted(resolve(endpoint.host), signal), inUse, random),
              secureContext,
              signal,
            )
          : await connectTls(endpoint, [], secureContext, signal, await openTunnel(proxy, endpoint, signal));
      const h2 = connect(origin, { createConnection: () => socket, settings: { enablePush: false } });
      // Before SETTINGS nobody knows how many streams the peer allows: Node assumes 100, and Apple begins with one.
      const { promise, resolve: opened, reject } = Promise.withResolvers<T>();
      let goaway: string | undefined;
      // Node 26 waits for the socket to close before it reports an error of the session, and after a TLS alert (in TLS 1.3
      // that about our certificate comes after the handshake) it never does by itself.
      socket.on('error', () => socket.destroy());
      const onGoaway = (code: number): void => {
        goaway = `GOAWAY ${code} before SETTINGS`;
      };
      const onClose = (): void => reject(new Error(goaway ?? 'connection closed before SETTINGS'));
      h2.on('error', reject); // stays on: without a listener an error ends the process
      h2.on('goaway', onGoaway);
      h2.on('close', onClose);
      h2.once('remoteSettings', (settings) => {
        h2.off('goaway', onGoaway);
        h2.off('close', onClose);
        opened(takeOver(h2, settings, socket));
      });
      return unlessAborted(promise, signal).catch((error: unknown) => {
        h2.destroy();
        socket.destroy();
        throw error;
      });
    },
  };
}

/** A fault of the world while connecting, in the operator's words. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return { about: 'connection', answer: 'connecting took too long' };
  }
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return { about: 'connection', answer: message };
  // The peer's TLS alert about the certificate that we showed: …_ALERT_BAD_CERTIFICATE, …_ALERT_CERTIFICATE_REVOKED, ….
  const about = /ALERT.*CERTIFICATE/.test(code) ? 'credential' : 'connection';
  return {
    about,
    answer: message.includes(code) || message === '' ? message || code : `${code}: ${message}`,
  };
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
