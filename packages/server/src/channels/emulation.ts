// What stands in for Apple and Google: an emulator in this process, one elsewhere, or nothing.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { startEmulator } from '@chatpush/emulator';
import type { Emulator } from '@chatpush/emulator';
import { isLoopback } from '../addresses/loopback.ts';
import type { Config } from '../config/config.ts';
import type { EmulatedGateways } from './channels.ts';
import { askEmulator } from './emulator-address.ts';

export interface Emulation {
  /** The emulator in this process, if there is one. */
  readonly emulator: Emulator | undefined;
  readonly gateways: EmulatedGateways | undefined;
  /** Serves the emulator's pages, where they are open; answers whether the request was for them. */
  readonly page: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  /** Why a process that started like this cannot take over other settings; undefined: it can. */
  obstacle(next: Config): string | undefined;
  close(): Promise<void>;
}

export async function openEmulation(config: Config): Promise<Emulation> {
  const isPageOpen = opensPhones(config);
  const emulator = needsOwnEmulator(config)
    ? await startEmulator({ host: isPageOpen ? config.host : '127.0.0.1' })
    : undefined;
  const gateways = config.emulatorUrl === undefined ? emulator : await askEmulator(config.emulatorUrl);
  return {
    emulator,
    gateways,
    page: emulator && isPageOpen ? (request, response) => emulator.handler(request, response) : undefined,
    obstacle: (next) =>
      gateways === undefined && needsOwnEmulator(next)
        ? 'A channel is "emulated" now, and this process started without an emulator: start it again to have one.'
        : undefined,
    close: async () => emulator?.close(),
  };
}

/**
 * The page of phones shows every message to anyone who reaches it, and its faults can be switched there: it is open to this
 * machine in development, and elsewhere where the settings say so. What `Host` a proxy in front passes on says nothing.
 */
const opensPhones = ({ development, host, exposed }: Config): boolean =>
  exposed || (development && isLoopback(host));

/** An emulator of our own runs only where something is emulated and the settings name no other. */
const needsOwnEmulator = (config: Config): boolean =>
  config.emulatorUrl === undefined &&
  (config.autoCreate === 'all' ||
    config.applications.some((application) =>
      Object.values(application.channels).some((channel) => channel.gateway === 'emulated'),
    ));
