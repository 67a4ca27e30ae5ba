// Where each channel of each application leads, what the doctor found there, and until when its certificate is valid.
import type { ChannelOnPage } from '../../channels.ts';
import { Channels } from '../../components/channels.tsx';
import { useAnswer } from '../../use-answer.ts';
import { duration } from '../../words.ts';
import { useHealth } from '../health/use-health.ts';
import { parseMetrics } from '../health/metrics-text.ts';

interface Certificate {
  application: string;
  channel: string;
  expiresAtMs: number;
}

/** Certificates are in `/metrics`, so that an alarm can be set on them. */
async function readCertificates(): Promise<Certificate[]> {
  const response = await fetch('/metrics');
  return parseMetrics(await response.text())
    .filter(({ name }) => name === 'chatpush_certificate_expires_timestamp_seconds')
    .map(({ labels: { application = '', channel = '' }, value }) => ({
      application,
      channel,
      expiresAtMs: value * 1000,
    }));
}

const DAY_MS = 86_400_000;

const untilWhen = (expiresAtMs: number): string => {
  const days = Math.floor((expiresAtMs - Date.now()) / DAY_MS);
  const date = new Date(expiresAtMs).toISOString().slice(0, 10);
  return days < 0 ? `expired on ${date}` : `until ${date}, ${days} days from now`;
};

export function ApplicationsView({ channels }: { channels: readonly ChannelOnPage[] }) {
  const { answer: certificates = [], problem } = useAnswer(readCertificates, []);
  const { health } = useHealth();
  const figures = health?.figures.channels ?? [];
  return (
    <>
      <div class="toolbar">
        <h1>Applications</h1>
      </div>
      {channels.length === 0 && (
        <p class="hint">The settings name no application, or the service has not answered yet.</p>
      )}
      {channels.length > 0 && (
        <div class="panel">
          <Channels channels={channels} />
        </div>
      )}
      {figures.length > 0 && (
        <section class="panel" aria-labelledby="lanes-title">
          <h2 id="lanes-title">Now</h2>
          <ul class="channels">
            {figures.map(({ application, channel, waiting, waitingSeconds, closedBy }) => (
              <li key={`${application} ${channel}`}>
                <span title={application}>
                  <strong>{application.split('/').at(-1)}</strong> {channel}
                </span>
                <span>
                  {waiting > 0 &&
                    `${waiting.toLocaleString('en')} waiting, for ${duration(waitingSeconds * 1000)} without a pause `}
                  <span class="mood" data-mood={closedBy === undefined ? 'good' : 'bad'}>
                    {closedBy === undefined ? 'Sends' : `Sends nothing: ${closedBy}`}
                  </span>
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {problem !== undefined && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {certificates.length > 0 && (
        <section class="panel" aria-labelledby="certificates-title">
          <h2 id="certificates-title">Push certificates</h2>
          <ul class="channels">
            {certificates.map(({ application, channel, expiresAtMs }) => (
              <li key={`${application} ${channel}`}>
                <span title={application}>
                  <strong>{application.split('/').at(-1)}</strong> {channel}
                </span>
                <span class="leads">{untilWhen(expiresAtMs)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <p class="hint">
        The doctor examines each channel when the service starts and after <code>chatpush reload</code>;{' '}
        <code>chatpush doctor</code> asks again and says what to correct.
      </p>
    </>
  );
}
