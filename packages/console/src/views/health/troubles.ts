// What is wrong, in sentences that say what to do. Pure.
import { duration } from '../../words.ts';
import type { ChannelFigures } from './figures.ts';
import type { Health } from './use-health.ts';

/** By the cause that `chatpush_channel_closed` names. */
const CLOSED: Readonly<Record<string, string>> = {
  connection: 'its gateway cannot be reached. Check DNS, the firewall and "proxy"',
  credential: 'its gateway refuses the credential. Correct it in the settings, then run chatpush reload',
  gateway: 'its gateway fails or does not answer. It is probed until it recovers',
};

/** An older delivery is worth a banner; a shorter wait is the pace of a busy gateway. */
const LONG_WAIT_SECONDS = 60;

const nameOf = ({ application, channel }: ChannelFigures): string =>
  `${application.split('/').at(-1)} ${channel}`;

export function troublesOf({ ready, checks, figures }: Health): string[] {
  const { channels, gateways, storeFailures } = figures;
  const troubles = Object.entries(checks)
    .filter(([, state]) => state !== 'ok')
    .map(([name, state]) => `${name}: ${state}.`);
  if (!ready && troubles.length === 0) troubles.push('The service is not ready and does not say why.');
  for (const channel of channels) {
    const { closedBy, waiting, waitingSeconds } = channel;
    if (closedBy !== undefined)
      troubles.push(
        `${nameOf(channel)} sends nothing: ${CLOSED[closedBy] ?? closedBy}. ${waiting.toLocaleString('en')} deliveries wait, and none is lost before its time to live ends. chatpush doctor examines the channel.`,
      );
    else if (waitingSeconds > LONG_WAIT_SECONDS)
      troubles.push(
        `${nameOf(channel)} has had deliveries waiting for ${duration(waitingSeconds * 1000)}: ${waiting.toLocaleString('en')} now. Its gateway takes fewer pushes than come in.`,
      );
  }
  for (const { gateway, doubted } of gateways)
    if (doubted > 0)
      troubles.push(
        `${gateway} refused ${doubted} device tokens at once, so none of them is believed yet. If this lasts, the channel has the wrong topic, project or environment: run chatpush doctor.`,
      );
  if (storeFailures > 0)
    troubles.push(
      `The store has failed ${storeFailures} times since this node started. What failed is tried again; the log says why it failed.`,
    );
  return troubles;
}
