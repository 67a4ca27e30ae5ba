// The newest requests to the gateways, each with what became of it.
import { useState } from 'preact/hooks';
import { KEPT_REQUESTS, type State } from '../state.ts';
import { clockTime, GATEWAY_NAMES, shortToken } from '../words.ts';

export function Requests({ state }: { state: State }) {
  const [onlyTrouble, setOnlyTrouble] = useState(false);
  const { requests, requestCount } = state;
  const listed = onlyTrouble ? requests.filter(({ status }) => status !== 200) : requests;
  return (
    <section class="panel log" aria-labelledby="requests-title">
      <h2 id="requests-title">
        Requests <span class="count">{requestCount.toLocaleString('en')}</span>
      </h2>
      <label class="check">
        <input
          type="checkbox"
          checked={onlyTrouble}
          onChange={(event) => setOnlyTrouble(event.currentTarget.checked)}
        />
        Only what was not answered 200
      </label>
      {listed.length === 0 ? (
        <p class="hint">
          {requests.length === 0 ? 'No request to a gateway yet.' : 'All were answered 200.'}
        </p>
      ) : (
        // One stop of the Tab key, so that the keyboard can scroll it.
        <ol class="requests" tabIndex={0} aria-label="Requests, newest first">
          {listed.map(({ at, gateway, connection, stream, status, verdict, fault, deviceToken }) => (
            <li key={`${connection} ${stream} ${at} ${verdict}`} data-good={status === 200}>
              <span class="status">{status ?? '—'}</span>
              <span class="verdict">
                {verdict}
                {fault !== undefined && <span class="fault">{fault}</span>}
              </span>
              <span class="to">
                {GATEWAY_NAMES[gateway]}
                {deviceToken !== undefined && <code>{shortToken(deviceToken)}</code>}
              </span>
              <time>{clockTime(at)}</time>
            </li>
          ))}
        </ol>
      )}
      {requestCount > KEPT_REQUESTS && (
        <p class="hint">
          The newest {KEPT_REQUESTS}; the emulator keeps 10,000 at{' '}
          <a href="/emulator/requests">/emulator/requests</a>.
        </p>
      )}
    </section>
  );
}
