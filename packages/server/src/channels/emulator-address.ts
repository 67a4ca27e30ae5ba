// Asks an emulator in another process for the addresses of its gateways.
import { baseUrlFromHere } from '../addresses/base-url.ts';
import type { EmulatedGateways } from './channels.ts';
import type { Config } from '../config/config.ts';

const ANSWER_MS = 5_000;

/** Rejects with an Error that says how to fix it. */
export async function askEmulator(url: string, signal?: AbortSignal): Promise<EmulatedGateways> {
  const address = new URL('/emulator', url);
  const tooLong = AbortSignal.timeout(ANSWER_MS);
  let answer: Response;
  try {
    answer = await fetch(address, { signal: signal ? AbortSignal.any([signal, tooLong]) : tooLong });
  } catch (error) {
    throw new Error(
      `No emulator answers at ${address.href}: start one with "chatpush emulator --port …", or correct CHATPUSH_EMULATOR_URL.`,
      { cause: error },
    );
  }
  if (!answer.ok)
    throw new Error(
      `${address.href} answers ${answer.status}; CHATPUSH_EMULATOR_URL must be the address of an emulator.`,
    );
  return (await answer.json()) as EmulatedGateways;
}

/**
 * The emulator that a command should use: the one in the settings, otherwise that of the service on this machine,
 * if it runs.
 */
export async function findEmulator(
  config: Pick<Config, 'emulatorUrl' | 'host' | 'port'>,
): Promise<EmulatedGateways | undefined> {
  if (config.emulatorUrl !== undefined) return askEmulator(config.emulatorUrl);
  // A production service has no emulator, and neither has a stopped one.
  return askEmulator(baseUrlFromHere(config.host, config.port)).catch(() => undefined);
}
