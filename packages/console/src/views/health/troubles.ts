// Current problems, in sentences that say what to do. Pure.
import { applicationName, duration } from '../../words.ts';
import type { ChannelFigures } from './figures.ts';
import type { Health } from './use-health.ts';

export interface Trouble {
  says: string;
  /** The Prometheus alert for the same problem, which is also its heading in Troubleshooting. */
  alert: string;
}

/** By the `cause` label of `chatpush_channel_closed`. */
const CLOSED: Readonly<Record<string, string>> = {
  connection: 'its gateway cannot be reached. Check DNS, the firewall and "proxy"',
  credential: 'its gateway refuses the credential. Correct it in the settings, then run chatpush reload',
  gateway: 'its gateway fails or does not answer. The service probes it until it recovers',
};

/** A longer wait gets a banner; a shorter wait is normal for a busy gateway. */
const LONG_WAIT_SECONDS = 60;

const nameOf = ({ application, channel }: ChannelFigures): string =>
  `${applicationName(application)} ${channel}`;

export function troublesOf({ ready, checks, figures }: Health): Trouble[] {
  const { channels, gateways, storeFailures } = figures;
  const troubles: Trouble[] = [];
  const tell = (alert: string, says: string): void => void troubles.push({ alert, says });
  for (const [name, state] of Object.entries(checks))
    if (state !== 'ok')
      tell(name === 'store' ? 'ChatpushStoreFails' : 'ChatpushNoNode', `${name}: ${state}.`);
  if (!ready && troubles.length === 0)
    tell('ChatpushNoNode', 'The service is not ready and does not say why.');
  for (const channel of channels) {
    const { closedBy, waiting, waitingSeconds } = channel;
    if (closedBy !== undefined)
      tell(
        'ChatpushChannelClosed',
        `${nameOf(channel)} is not sending: ${CLOSED[closedBy] ?? closedBy}. ${waiting.toLocaleString('en')} deliveries are waiting. None is lost until its time to live ends.`,
      );
    else if (waitingSeconds > LONG_WAIT_SECONDS)
      tell(
        'ChatpushDeliveriesWait',
        `${nameOf(channel)} has ${waiting.toLocaleString('en')} waiting deliveries, the oldest for ${duration(waitingSeconds * 1000)}. Its gateway accepts fewer pushes than arrive.`,
      );
  }
  for (const { gateway, doubted } of gateways)
    if (doubted > 0)
      tell(
        'ChatpushRejections',
        `${gateway} refused ${doubted} device tokens at once, so they are not treated as dead tokens yet. If this continues, the channel has the wrong topic, project or environment.`,
      );
  if (storeFailures > 0)
    tell(
      'ChatpushStoreFails',
      `The store has failed ${storeFailures} times since this node started. Failed operations are retried.`,
    );
  return troubles;
}
