// Asks an emulator elsewhere where its gateways are.
import type { EmulatedGateways } from './channels.ts';

/** Rejects with an Error that says how to mend it. */
export async function askEmulator(url: string): Promise<EmulatedGateways> {
  const address = new URL('/emulator', url);
  let answer: Response;
  try {
    answer = await fetch(address, { signal: AbortSignal.timeout(5_000) });
  } catch (error) {
    throw new Error(
      `No emulator answers at ${address.href}: start one by "chatpush emulator --port …", or correct CHATPUSH_EMULATOR_URL.`,
      { cause: error },
    );
  }
  if (!answer.ok)
    throw new Error(`${address.href} answers ${answer.status}; CHATPUSH_EMULATOR_URL must name an emulator.`);
  return (await answer.json()) as EmulatedGateways;
}
