// Opens HTTP/2 sessions to one endpoint: name, TCP, TLS, and the peer's first SETTINGS.
import { createSecureContext } from 'node:tls';
import {
  connectTls,
  isTimeout,
  resolveInTime,
  spread,
  unlessAborted,
  type Endpoint,
  type Resolve,
} from './connect.ts';
import type { Exchange } from './exchange.ts';
import type { Trouble } from './gateway.ts';
import { Connection } from './http2/connection.ts';
import type { PeerSettings } from './http2/settings.ts';
import { connectTcp } from './race.ts';
import { openTunnel } from './tunnel.ts';

/** Takes over a connection. Called in the same event as its first SETTINGS, so that no later event is missed. */
export type TakeOver = (connection: Connection<Exchange>, settings: PeerSettings, address: string) => void;

export interface Connector {
  /** Rejects with the error, or with the signal's reason. `inUse` counts the current sessions per address. */
  open(inUse: ReadonlyMap<string, number>, signal: AbortSignal, takeOver: TakeOver): Promise<void>;
}

export function createConnector(
  endpoint: Endpoint,
  resolve: Resolve,
  random: () => number,
  monotonic: () => number,
): Connector {
  // Created once: parsing the authorities costs milliseconds.
  const secureContext = createSecureContext({
    ...(endpoint.ca === undefined ? {} : { ca: endpoint.ca }),
    ...(endpoint.client === undefined
      ? {}
      : { cert: endpoint.client.certificate, key: endpoint.client.privateKey }),
    minVersion: 'TLSv1.2',
  });

  return {
    async open(inUse, signal, takeOver) {
      const { host, port, proxy } = endpoint;
      const tcp =
        proxy === undefined
          ? await connectTcp(spread(await resolveInTime(resolve, host, signal), inUse, random), port, signal)
          : await openTunnel(proxy, endpoint, signal);
      const socket = await connectTls(endpoint, tcp, secureContext, signal);
      const { promise, resolve: opened, reject } = Promise.withResolvers<void>();
      let goaway: string | undefined;
      // Until SETTINGS arrives, nobody knows how many streams the peer allows, and Apple starts with one.
      const connection = new Connection<Exchange>(
        socket,
        {
          settings(settings) {
            takeOver(connection, settings, socket.remoteAddress ?? '');
            opened();
          },
          goaway(code) {
            goaway = `GOAWAY ${code} before SETTINGS`;
          },
          broken(why) {
            if (goaway !== undefined) reject(new Error(goaway, { cause: why }));
            else reject(why ?? new Error('connection closed before SETTINGS'));
          },
          pong() {},
          heard() {},
          ended() {},
          writable() {},
          closed() {},
        },
        monotonic,
      );
      return unlessAborted(promise, signal).catch((error: unknown) => {
        connection.abort();
        throw error;
      });
    },
  };
}

/** Describes a connection error for the operator. */
export function troubleOf(error: unknown): Trouble {
  if (isTimeout(error)) return { about: 'connection', answer: 'connecting took too long' };
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return { about: 'connection', answer: message };
  // A TLS alert from the peer about the certificate we presented: …_ALERT_BAD_CERTIFICATE,
  // …_ALERT_CERTIFICATE_REVOKED, ….
  const about = /ALERT.*CERTIFICATE/.test(code) ? 'credential' : 'connection';
  return {
    about,
    answer: message.includes(code) || message === '' ? message || code : `${code}: ${message}`,
  };
}
