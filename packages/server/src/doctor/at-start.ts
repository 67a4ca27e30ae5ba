// The doctor at the start of a service: examines in the background, tells the log, and keeps the verdicts for who asks.
import type { Logger } from 'pino';
import { whereTo } from '../channels.ts';
import type { Config } from '../config/config.ts';
import type { OpenGateway } from '../delivery/outlets.ts';
import { examine } from './examine.ts';
import type { Verdict } from './examine.ts';
import { channelsToExamine } from './examined.ts';

export interface StartExamination {
  /** Every channel with where it leads and what the doctor found: `{ 'arn:… APNS': 'real, healthy', 'every other application': 'EMULATED' }`. */
  states(): Record<string, string>;
  /** Resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

export function examineAtStart(options: {
  readonly config: Pick<Config, 'applications' | 'autoCreate' | 'emulatorUrl'>;
  readonly openGateway: OpenGateway;
  readonly log: Logger;
}): StartExamination {
  const { config, openGateway, log } = options;
  const closing = new AbortController();
  const verdicts = new Map<string, Verdict['state']>();
  const examined = channelsToExamine(config);
  // Where applications are created on first use, all their channels are emulated.
  const everyOther = `every ${config.applications.length > 0 ? 'other ' : ''}application`;
  const nameOf = (applicationArn: string, channel: string): string => `${applicationArn} ${channel}`;

  async function examineAll(): Promise<void> {
    // One after the other: a service with many applications has better things to do when it starts.
    for (const { applicationArn, channel, to } of examined) {
      const verdict = await examine(openGateway, applicationArn, channel, closing.signal);
      verdicts.set(nameOf(applicationArn, channel), verdict.state);
      const level = verdict.state === 'healthy' ? 'info' : 'warn';
      log[level]({ applicationArn, channel, to, ...verdict }, `channel examined: ${verdict.state}`);
    }
  }

  const running = examineAll().catch((error: unknown) => {
    if (!closing.signal.aborted) log.error({ err: error }, 'channels could not be examined');
  });

  return {
    states: () => ({
      ...Object.fromEntries(
        config.applications.flatMap(({ arn, channels }) =>
          Object.entries(channels).map(([name, channel]) => {
            const key = nameOf(arn, name);
            const isExamined = examined.some((one) => one.applicationArn === arn && one.channel === name);
            const verdict = isExamined ? `, ${verdicts.get(key) ?? 'not examined yet'}` : '';
            return [key, `${whereTo(channel)}${verdict}`];
          }),
        ),
      ),
      ...(config.autoCreate === 'all' && { [everyOther]: 'EMULATED' }),
    }),
    stop: () => {
      closing.abort(new Error('closing'));
      return running;
    },
  };
}
