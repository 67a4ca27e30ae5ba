// Every channel of every application: where it leads, whether it sends, and the doctor's verdict.
import type { ChannelOnPage } from '../../channels.ts';
import type { Access } from '../../service.ts';
import { useHealth } from '../health/use-health.ts';
import { Channel } from './channel.tsx';
import { Preview } from './preview.tsx';

interface Props {
  channels: readonly ChannelOnPage[];
  access: Access;
  hasPhones: boolean;
}

export function ApplicationsView({ channels, access, hasPhones }: Props) {
  const { health } = useHealth();
  const figures = health?.figures.channels ?? [];
  // Where applications are created on first use, those that were used are not in the list of the settings.
  const listed = new Set(channels.map(({ application, channel }) => `${application} ${channel}`));
  const used = figures
    .filter(({ application, channel }) => !listed.has(`${application} ${channel}`))
    .map(({ application, channel }): ChannelOnPage => ({
      application,
      channel,
      leads: 'created on first use, EMULATED',
      isEmulated: true,
    }));
  return (
    <>
      <div class="toolbar">
        <h1>Applications</h1>
      </div>
      {channels.length === 0 && (
        <p class="hint">There are no applications, or the service has not answered yet.</p>
      )}
      {channels.length > 0 && (
        <section class="panel" aria-labelledby="channels-title">
          <h2 id="channels-title">Channels</h2>
          <ul class="channels">
            {[...channels, ...used].map((one) => (
              <Channel
                key={`${one.application} ${one.channel}`}
                channel={one}
                figures={figures.find(
                  ({ application, channel }) => application === one.application && channel === one.channel,
                )}
                access={access}
              />
            ))}
          </ul>
          {hasPhones && channels.some(({ isEmulated }) => !isEmulated) && (
            <p class="hint">Pushes through a real channel do not appear on this page.</p>
          )}
        </section>
      )}
      <Preview applications={applicationsOf([...channels, ...used], access)} access={access} />
      <p class="hint">
        The doctor examines each channel when the service starts and after <code>chatpush reload</code>. The
        figures cover the node that serves this page, since it started.
      </p>
    </>
  );
}

/** Applications whose pushes can be previewed: those of the channels, and the one that the page registers with. */
const applicationsOf = (channels: readonly ChannelOnPage[], access: Access): string[] => [
  ...new Set(
    [...channels.map(({ application }) => application), access.applicationArn].filter((arn) =>
      arn.startsWith('arn:'),
    ),
  ),
];
