// Every gateway that this node has sent to, with its figures.
import { duration } from '../../words.ts';
import type { GatewayFigures } from './figures.ts';

const seconds = (value: number | undefined): string => (value === undefined ? '–' : duration(value * 1000));

export function Gateways({ gateways }: { gateways: readonly GatewayFigures[] }) {
  if (gateways.length === 0) return <p class="hint">No pushes sent since this node started.</p>;
  return (
    <div class="table" tabIndex={0} role="region" aria-label="Gateways with their figures">
      <table>
        <thead>
          <tr>
            <th scope="col">Gateway</th>
            <th scope="col">State</th>
            <th scope="col" class="number">
              In flight
            </th>
            <th scope="col" class="number">
              Waiting for a stream
            </th>
            <th scope="col" class="number">
              Accepted
            </th>
            <th scope="col" class="number">
              Refused
            </th>
            <th
              scope="col"
              class="number"
              title="From acceptance by the service to acceptance by the gateway"
            >
              p50
            </th>
            <th
              scope="col"
              class="number"
              title="From acceptance by the service to acceptance by the gateway"
            >
              p99
            </th>
          </tr>
        </thead>
        <tbody>
          {gateways.map(({ gateway, running, held, isClosed, accepted, refused, reasons, p50, p99 }) => (
            <tr key={gateway}>
              <th scope="row">{gateway}</th>
              <td>
                <span class="mood" data-mood={isClosed ? 'bad' : 'good'}>
                  {isClosed ? 'Not sending' : 'Sending'}
                </span>
              </td>
              <td class="number">{running}</td>
              <td class="number">{held}</td>
              <td class="number">{accepted.toLocaleString('en')}</td>
              <td class="number">
                {refused.toLocaleString('en')}
                {reasons.length > 0 && (
                  <small>
                    {reasons
                      .slice(0, 3)
                      .map(([reason, count]) => `${reason} ${count}`)
                      .join(', ')}
                  </small>
                )}
              </td>
              <td class="number">{seconds(p50)}</td>
              <td class="number">{seconds(p99)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
