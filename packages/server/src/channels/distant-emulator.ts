// An emulator in another process. It may start later than the service, stop, and come back with other ports,
// another authority and other credentials, so it is asked again whenever a connection to its gateways fails.
import { setTimeout as sleep } from 'node:timers/promises';
import type { EmulatedGateways } from './channels.ts';
import { askEmulator } from './emulator-address.ts';

/** How often an emulator that does not answer is asked. */
const EVERY_MS = 1_000;

export interface DistantEmulator {
  /** Its last answer; undefined: it has not answered yet. */
  readonly gateways: () => EmulatedGateways | undefined;
  /** A sentence for people while it does not answer. */
  readonly waitsFor: () => string | undefined;
  /** Asks it again until it answers. Cheap; call it whenever a connection to it fails. */
  askAgain(): void;
  close(): Promise<void>;
}

/** Resolves when it has been asked once, with any result. */
export async function openDistantEmulator(options: {
  readonly url: string;
  /** It has answered for the first time, or differently than before. */
  readonly changed: () => void;
  /** It has stopped answering; called once, until it answers. */
  readonly waiting: (sentence: string) => void;
  readonly found: () => void;
}): Promise<DistantEmulator> {
  const { url } = options;
  const closing = new AbortController();
  let known: EmulatedGateways | undefined;
  let waitsFor: string | undefined;
  let running: Promise<void> | undefined;

  function take(answer: EmulatedGateways): void {
    const isOther = JSON.stringify(answer) !== JSON.stringify(known);
    const wasAway = waitsFor !== undefined;
    waitsFor = undefined;
    if (isOther) known = answer;
    if (wasAway) options.found();
    if (isOther) options.changed();
  }

  async function ask(): Promise<boolean> {
    try {
      const answer = await askEmulator(url, closing.signal);
      if (!closing.signal.aborted) take(answer);
      return true;
    } catch (error) {
      const wasThere = waitsFor === undefined;
      waitsFor = (error as Error).message;
      if (wasThere && !closing.signal.aborted) options.waiting(waitsFor);
      return false;
    }
  }

  async function askUntilItAnswers(): Promise<void> {
    while (!closing.signal.aborted && !(await ask()))
      await sleep(EVERY_MS, undefined, { signal: closing.signal }).catch(() => undefined);
  }
  const askAgain = (): void => {
    if (closing.signal.aborted) return;
    running ??= askUntilItAnswers().finally(() => {
      running = undefined;
    });
  };

  if (!(await ask())) askAgain();
  return {
    gateways: () => known,
    waitsFor: () => waitsFor,
    askAgain,
    close: async () => {
      closing.abort(new Error('closing'));
      await running;
    },
  };
}
