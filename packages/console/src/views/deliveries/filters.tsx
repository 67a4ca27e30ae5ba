// The filters of the list. All of them are in the address, so a filtered list can be shared as a link.
import { go, hrefOf, type DeliveriesAddress } from '../../address.ts';
import type { ChannelOnPage } from '../../channels.ts';
import { ApplicationOptions } from '../../components/application-options.tsx';
import { dateTime, DEVICE_NAMES } from '../../words.ts';

const TABS: readonly (readonly [string | undefined, string])[] = [
  [undefined, 'All'],
  ['queued', 'Waiting'],
  ['undelivered', 'Not delivered'],
  ['accepted', 'Accepted'],
  ['skipped', 'Never started'],
];

const SINCE: readonly (readonly [number, string])[] = [
  [15, 'Last 15 minutes'],
  [60, 'Last hour'],
  [24 * 60, 'Last day'],
];

export function Tabs({ address }: { address: DeliveriesAddress }) {
  return (
    <nav class="chips" aria-label="Status">
      {TABS.map(([status, title]) => (
        <a
          key={title}
          href={hrefOf({ ...address, deliveryId: undefined, status })}
          aria-current={address.status === status ? 'page' : undefined}
        >
          {title}
        </a>
      ))}
    </nav>
  );
}

interface Props {
  address: DeliveriesAddress;
  channels: readonly ChannelOnPage[];
}

export function Filters({ address, channels }: Props) {
  const { from, to, reason, applicationArn, deviceType } = address;
  const change = (part: Partial<DeliveriesAddress>): void =>
    go({ ...address, deliveryId: undefined, ...part }, 'replace');
  const known = channels.map(({ application }) => application).filter((one) => one.startsWith('arn:'));
  const arns = [...new Set([...known, ...(applicationArn === undefined ? [] : [applicationArn])])];
  const isNarrow = [from, to, reason, applicationArn, deviceType].some((one) => one !== undefined);
  return (
    <form class="filters" onSubmit={(event) => event.preventDefault()} aria-label="Filters">
      <label>
        Reason
        <input
          type="search"
          placeholder="e.g. BadDeviceToken"
          maxLength={200}
          spellcheck={false}
          value={reason ?? ''}
          onChange={(event) => change({ reason: event.currentTarget.value.trim() || undefined })}
        />
      </label>
      <label>
        Channel
        <select
          value={deviceType ?? ''}
          onInput={(event) => change({ deviceType: event.currentTarget.value || undefined })}
        >
          <option value="">Any</option>
          {Object.entries(DEVICE_NAMES).map(([type, name]) => (
            <option key={type} value={type}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {arns.length > 0 && (
        <label>
          Application
          <select
            value={applicationArn ?? ''}
            onInput={(event) => change({ applicationArn: event.currentTarget.value || undefined })}
          >
            <option value="">Any</option>
            <ApplicationOptions arns={arns} />
          </select>
        </label>
      )}
      <label>
        Time
        <select
          value={from === undefined && to === undefined ? '' : 'given'}
          onInput={(event) => {
            const minutes = Number(event.currentTarget.value);
            const since = minutes > 0 ? new Date(Date.now() - minutes * 60_000).toISOString() : undefined;
            change({ from: since, to: undefined });
          }}
        >
          <option value="">Any</option>
          {(from !== undefined || to !== undefined) && <option value="given">{rangeOf(from, to)}</option>}
          {SINCE.map(([minutes, title]) => (
            <option key={minutes} value={minutes}>
              {title}
            </option>
          ))}
        </select>
      </label>
      {isNarrow && (
        <button
          type="button"
          onClick={() =>
            change({
              from: undefined,
              to: undefined,
              reason: undefined,
              applicationArn: undefined,
              deviceType: undefined,
            })
          }
        >
          Clear
        </button>
      )}
    </form>
  );
}

/** `29 Nov 19:38 – 19:39`, if both are times. */
function rangeOf(from: string | undefined, to: string | undefined): string {
  const said = (iso: string | undefined): string =>
    iso === undefined || Number.isNaN(Date.parse(iso)) ? '…' : dateTime(iso).replace(/:\d\d\.\d+$/, '');
  return `${said(from)} – ${to === undefined ? 'now' : said(to)}`;
}
