// The health of the node that serves this page, and what to do about problems.
import { hrefOf } from '../../address.ts';
import { Troubleshooting } from './troubleshooting.tsx';
import { troublesOf } from './troubles.ts';
import { Gateways } from './gateways.tsx';
import { Nodes } from './nodes.tsx';
import type { Access } from '../../service.ts';
import { duration } from '../../words.ts';
import { useHealth, type Health } from './use-health.ts';

const perSecond = (value: number | undefined): string =>
  value === undefined ? '…' : value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 });

export function HealthView({ alert, access }: { alert: string | undefined; access: Access }) {
  const { health, isUnreachable } = useHealth();
  return (
    <>
      <div class="toolbar">
        <h1>Health</h1>
      </div>
      {isUnreachable && (
        <p class="problem" role="alert">
          The service does not answer. The figures below are its last answer.
        </p>
      )}
      {health === undefined ? <p class="hint">Loading…</p> : <Shown health={health} alert={alert} />}
      <Nodes access={access} />
      <p class="hint">
        The figures cover the node that serves this page, since it started. p50 and p99 are the time from the
        service’s acceptance of a message to the gateway’s. All metrics are at <a href="/metrics">/metrics</a>
        , readiness is at <a href="/readyz?verbose">/readyz</a>.
      </p>
    </>
  );
}

function Shown({ health, alert }: { health: Health; alert: string | undefined }) {
  const { ready, figures } = health;
  const { eventsPerSecond, pushesPerSecond, failedRequests, gateways, channels } = figures;
  const troubles = troublesOf(health);
  const waiting = channels.reduce((sum, one) => sum + one.waiting, 0);
  const longestSeconds = Math.max(0, ...channels.map(({ waitingSeconds }) => waitingSeconds));
  const facts: readonly (readonly [string, string])[] = [
    ['Service', ready ? 'ready' : 'not ready'],
    ['Chat events per second', perSecond(eventsPerSecond)],
    ['Pushes accepted per second', perSecond(pushesPerSecond)],
    ['Deliveries waiting', waiting.toLocaleString('en')],
    ['Oldest waiting delivery', longestSeconds === 0 ? '–' : duration(longestSeconds * 1000)],
    ['Calls answered with 5xx', failedRequests.toLocaleString('en')],
  ];
  return (
    <>
      {troubles.map((trouble) => (
        <p key={trouble.says} class="problem" role="alert">
          {trouble.says} <a href={hrefOf({ view: 'health', alert: trouble.alert })}>What to do</a>
        </p>
      ))}
      {alert !== undefined && <Troubleshooting alert={alert} />}
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name} class="panel">
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <section class="panel" aria-labelledby="gateways-title">
        <h2 id="gateways-title">Gateways</h2>
        <Gateways gateways={gateways} />
      </section>
    </>
  );
}
