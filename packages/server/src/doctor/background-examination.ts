// The doctor in a running service: examines channels in the background, at start and when they change, logs the
// results, and keeps them for queries.
import type { Logger } from 'pino';
import { whereTo } from '../channels/channels.ts';
import type { ChannelName, Config } from '../config/config.ts';
import type { ChannelVersion, OpenGateway } from '../delivery/outlets.ts';
import { examine } from './examine.ts';
import type { Verdict } from './examine.ts';
import { channelsToExamine } from './examined.ts';
import type { Examined } from './examined.ts';

/** A channel that cannot send now. */
export interface ChannelOutage {
  readonly applicationArn: string;
  readonly deviceType: string;
  readonly gateway: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly answer: string;
}

export interface StartExamination {
  /**
   * Every channel with where it leads and what the doctor found, or since when it is closed and why: `{ 'arn:…
   * APNS': 'real, healthy', 'every other application': 'EMULATED' }`.
   */
  states(outages: readonly ChannelOutage[]): Record<string, string>;
  /** Examines a channel now; undefined: the application has no such channel. */
  now(applicationArn: string, channel: ChannelName): Promise<Verdict | undefined>;
  /** Examines the channels that are new or have changed. */
  again(): void;
  /** Resolves when nothing is running any more. */
  stop(): Promise<void>;
}

type Examinable = Pick<Config, 'applications' | 'autoCreate' | 'emulatorUrl'>;

export function examineInBackground(options: {
  readonly config: () => Examinable;
  readonly openGateway: OpenGateway;
  readonly channelVersion: ChannelVersion;
  readonly log: Logger;
}): StartExamination {
  const { openGateway, log } = options;
  const closing = new AbortController();
  const verdicts = new Map<
    string,
    { readonly version: string | undefined; readonly state?: Verdict['state'] }
  >();
  const nameOf = (applicationArn: string, channel: string): string => `${applicationArn} ${channel}`;
  const versionOf = ({ applicationArn, channel }: Examined): string | undefined =>
    options.channelVersion({ applicationArn, deviceType: channel });

  async function examineChanged(): Promise<void> {
    const examinable = channelsToExamine(options.config());
    const names = new Set(examinable.map(({ applicationArn, channel }) => nameOf(applicationArn, channel)));
    for (const name of verdicts.keys()) if (!names.has(name)) verdicts.delete(name);
    // One after the other: a starting service with many applications has more important work.
    for (const examined of examinable) {
      const { applicationArn, channel, to } = examined;
      const name = nameOf(applicationArn, channel);
      const version = versionOf(examined);
      if (closing.signal.aborted || verdicts.get(name)?.version === version) continue;
      verdicts.set(name, { version });
      const verdict = await examine(openGateway, applicationArn, channel, closing.signal);
      verdicts.set(name, { version, state: verdict.state });
      const level = verdict.state === 'healthy' ? 'info' : 'warn';
      log[level]({ applicationArn, channel, to, ...verdict }, `channel examined: ${verdict.state}`);
    }
  }

  /** Examinations that are running: everyone who asks meanwhile gets the same result. */
  const asked = new Map<string, Promise<Verdict>>();
  async function examineNow(applicationArn: string, channel: ChannelName): Promise<Verdict> {
    const name = nameOf(applicationArn, channel);
    const version = options.channelVersion({ applicationArn, deviceType: channel });
    const verdict = await examine(openGateway, applicationArn, channel, closing.signal);
    if (verdicts.has(name)) verdicts.set(name, { version, state: verdict.state });
    return verdict;
  }

  let running = Promise.resolve();
  const again = (): void => {
    running = running.then(examineChanged).catch((error: unknown) => {
      if (!closing.signal.aborted) log.error({ err: error }, 'cannot examine the channels');
    });
  };
  again();

  return {
    states: (outages) => {
      const config = options.config();
      const examined = new Set(
        channelsToExamine(config).map(({ applicationArn, channel }) => nameOf(applicationArn, channel)),
      );
      const states = config.applications.flatMap(({ arn, channels }) =>
        Object.entries(channels).map(([channel, to]) => {
          const isExamined = examined.has(nameOf(arn, channel));
          const state = verdicts.get(nameOf(arn, channel))?.state ?? 'not examined yet';
          return [nameOf(arn, channel), `${whereTo(to)}${isExamined ? `, ${state}` : ''}`];
        }),
      );
      // If applications are created on first use, all their channels are emulated.
      const everyOther = `every ${config.applications.length > 0 ? 'other ' : ''}application`;
      return {
        ...Object.fromEntries(states),
        ...(config.autoCreate === 'all' && { [everyOther]: 'EMULATED' }),
        ...Object.fromEntries(
          outages.map(({ applicationArn, deviceType, gateway, since, answer }) => [
            nameOf(applicationArn, deviceType),
            `${gateway}, closed since ${new Date(since).toISOString()}: ${answer}`,
          ]),
        ),
      };
    },
    now: async (applicationArn, channel) => {
      const { applications, autoCreate } = options.config();
      const application = applications.find(({ arn }) => arn === applicationArn);
      if (application?.channels[channel] === undefined && (application || autoCreate !== 'all'))
        return undefined;
      const name = nameOf(applicationArn, channel);
      let under = asked.get(name);
      if (under === undefined) {
        under = examineNow(applicationArn, channel).finally(() => asked.delete(name));
        asked.set(name, under);
      }
      return under;
    },
    again,
    stop: () => {
      closing.abort(new Error('closing'));
      return running;
    },
  };
}
