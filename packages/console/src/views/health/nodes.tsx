// The nodes that share the store.
import type { ServiceNode } from '@chatpush/client';
import { listNodes, type Access } from '../../service.ts';
import { useClock } from '../../use-live.ts';
import { useRefreshed } from '../../use-refreshed.ts';
import { ago, dateTime } from '../../words.ts';

const EVERY_MS = 3_000;

export function Nodes({ access }: { access: Access }) {
  const { answer, problem } = useRefreshed(
    { of: access.accessKeyId, ask: async () => ({ nodes: await listNodes(access) }) },
    EVERY_MS,
  );
  return (
    <section class="panel" aria-labelledby="nodes-title">
      <h2 id="nodes-title">
        Nodes {answer?.nodes !== undefined && <span class="count">{answer.nodes.length}</span>}
      </h2>
      {problem !== undefined && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {answer === undefined && problem === undefined && <p class="hint">Loading…</p>}
      {answer !== undefined && answer.nodes === undefined && (
        <p class="hint">
          Instances share the nodes, so this key needs the action <code>chatpush:ListNodes</code> to see them.
        </p>
      )}
      {answer?.nodes?.length === 0 && <p class="hint">No node is sending heartbeats.</p>}
      {answer?.nodes !== undefined && answer.nodes.length > 0 && <Table nodes={answer.nodes} />}
    </section>
  );
}

function Table({ nodes }: { nodes: readonly ServiceNode[] }) {
  const nowMs = useClock(1_000);
  return (
    <div class="table" tabIndex={0} role="region" aria-label="Live nodes">
      <table>
        <thead>
          <tr>
            <th scope="col">Host</th>
            <th scope="col">Version</th>
            <th scope="col">Since</th>
            <th scope="col">Last heartbeat</th>
            <th scope="col">Node</th>
          </tr>
        </thead>
        <tbody>
          {nodes.map(({ nodeId, host, processId, version, since, lastHeartbeat }) => (
            <tr key={nodeId}>
              <th scope="row">
                {host ?? 'unknown'}
                {processId !== undefined && <small>process {processId}</small>}
              </th>
              <td>{version ?? 'unknown'}</td>
              <td>{dateTime(since)}</td>
              <td>{ago(Date.parse(lastHeartbeat), nowMs)}</td>
              <td>
                <code>{nodeId}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
