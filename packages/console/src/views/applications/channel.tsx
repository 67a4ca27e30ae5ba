// One channel: where it leads, its figures, the doctor's verdict, and a button that asks the doctor again.
import { useState } from 'preact/hooks';
import type { ExamineChannelResponse } from '@chatpush/client';
import type { ChannelOnPage } from '../../channels.ts';
import { examineChannel, type Access } from '../../service.ts';
import { applicationName, clockTime, duration } from '../../words.ts';
import type { ChannelFigures } from '../health/figures.ts';

interface Props {
  channel: ChannelOnPage;
  figures: ChannelFigures | undefined;
  access: Access;
}

const DAY_MS = 86_400_000;

export function untilWhen(expiresAt: number, nowMs: number): string {
  const days = Math.floor((expiresAt - nowMs) / DAY_MS);
  const date = new Date(expiresAt).toISOString().slice(0, 10);
  return days < 0 ? `certificate expired on ${date}` : `certificate valid until ${date} (${days} days)`;
}

const SOURCES: Readonly<Record<string, string>> = {
  certificate: 'certificate issued',
  file: 'key file written',
  stored: 'credential stored',
};

/** How old the credential of a real channel is. */
export function ageOf(since: ChannelFigures['credentialSince'], nowMs: number): string {
  if (since === undefined) return 'credential age unknown';
  const days = Math.max(0, Math.floor((nowMs - since.at) / DAY_MS));
  const date = new Date(since.at).toISOString().slice(0, 10);
  const age = days === 0 ? 'today' : days === 1 ? 'yesterday' : `${days.toLocaleString('en')} days ago`;
  return `${SOURCES[since.source] ?? 'credential set'} on ${date} (${age})`;
}

/** The figures of the channel, one fact each. */
export function factsOf(figures: ChannelFigures, nowMs: number): string[] {
  const { waiting, waitingSeconds, accepted, dead, lastAcceptedAt, certificateExpiresAt } = figures;
  const asked = accepted + dead;
  return [
    lastAcceptedAt === undefined ? 'nothing accepted yet' : `last accepted ${clockTime(lastAcceptedAt)}`,
    ...(asked === 0
      ? []
      : [`${((100 * dead) / asked).toLocaleString('en', { maximumFractionDigits: 1 })} % dead tokens`]),
    ...(waiting === 0
      ? []
      : [`${waiting.toLocaleString('en')} waiting, the oldest for ${duration(waitingSeconds * 1000)}`]),
    ...(certificateExpiresAt === undefined ? [] : [untilWhen(certificateExpiresAt, nowMs)]),
  ];
}

export function Channel({ channel: { application, channel, leads, isEmulated }, figures, access }: Props) {
  const [asked, setAsked] = useState<{ verdict?: ExamineChannelResponse; problem?: string; isAsking?: true }>(
    {},
  );
  const ask = async (deviceType: string): Promise<void> => {
    setAsked({ isAsking: true });
    try {
      setAsked({ verdict: await examineChannel(access, application, deviceType) });
    } catch (error) {
      setAsked({ problem: (error as Error).message });
    }
  };
  const { verdict, problem, isAsking = false } = asked;
  const closedBy = figures?.closedBy;
  return (
    <li data-emulated={isEmulated}>
      <span title={application}>
        <strong>{applicationName(application)}</strong> {channel}
      </span>
      <span class="leads">{leads}</span>
      {channel !== undefined && (
        <p class="channel-facts">
          {figures !== undefined && (
            <>
              <span class="mood" data-mood={closedBy === undefined ? 'good' : 'bad'}>
                {closedBy === undefined ? 'Sending' : `Not sending: ${closedBy}`}
              </span>
              {factsOf(figures, Date.now()).map((fact) => (
                <span key={fact}>{fact}</span>
              ))}
            </>
          )}
          {!isEmulated && <span>{ageOf(figures?.credentialSince, Date.now())}</span>}
          <button type="button" class="quiet" disabled={isAsking} onClick={() => void ask(channel)}>
            {isAsking ? 'Asking…' : 'Ask the doctor'}
          </button>
        </p>
      )}
      {problem !== undefined && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {verdict !== undefined && (
        <p class="verdict" role="status">
          <span class="mood" data-mood={verdict.state === 'healthy' ? 'good' : 'bad'}>
            {verdict.state}
          </span>{' '}
          {verdict.says}
          {verdict.cure !== undefined && ` How to fix it: ${verdict.cure}.`}
          {verdict.answer !== '' && (
            <>
              {' '}
              The gateway’s answer: <code>{verdict.answer}</code>.
            </>
          )}
        </p>
      )}
    </li>
  );
}
