// The newest requests to the gateways with their answers.
import { useState } from 'preact/hooks';
import type { LoggedRequest } from '@chatpush/emulator';
import { hrefOf } from '../address.ts';
import { isRequestFound } from '../filter.ts';
import { skipEqual } from '../skip-equal.tsx';
import { KEPT_REQUESTS, type State } from '../state.ts';
import { clockTime, GATEWAY_NAMES, shortToken } from '../words.ts';

export function Requests({ state, find }: { state: State; find: string }) {
  const [onlyTrouble, setOnlyTrouble] = useState(false);
  const { requests, requestCount } = state;
  const listed = requests.filter(
    (request) => (!onlyTrouble || request.status !== 200) && isRequestFound(request, find),
  );
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
        Hide requests answered 200
      </label>
      {listed.length === 0 ? (
        <p class="hint">
          {requests.length === 0
            ? 'No requests to a gateway yet.'
            : find === ''
              ? 'All requests were answered 200.'
              : 'No recent request matches the filter.'}
        </p>
      ) : (
        <ol class="requests" aria-label="Requests, newest first">
          {listed.map((request) => (
            <Row key={request.n} request={request} find={find} />
          ))}
        </ol>
      )}
      {requestCount > KEPT_REQUESTS && (
        <p class="hint">
          The newest {KEPT_REQUESTS}. The emulator keeps 10,000 at{' '}
          <a href="/emulator/requests">/emulator/requests</a>.
        </p>
      )}
    </section>
  );
}

/** A request never changes, so its row is rendered only once. */
const Row = skipEqual(function Row({ request, find }: { request: LoggedRequest; find: string }) {
  const { n, at, gateway, status, verdict, fault, deviceToken } = request;
  return (
    <li data-good={status === 200}>
      <a href={hrefOf({ view: 'phones', find, request: n })}>
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
      </a>
    </li>
  );
});
