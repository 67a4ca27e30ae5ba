// The nodes that share the store.
import type { Output } from '@chatpush/wire';
import type { LivingNode } from '../store/store.ts';
import type { OperationDependencies } from './dependencies.ts';

/** How a node describes itself to the others. */
interface NodeDescription {
  readonly version: string;
  readonly host: string;
  readonly pid: number;
}

export const describeNode = (node: NodeDescription): string => JSON.stringify(node);

export async function listNodes({
  store,
}: Pick<OperationDependencies, 'store'>): Promise<Output<'ListNodes'>> {
  return { Nodes: (await store.nodes()).map(toNode) };
}

function toNode({ name, since, beatAt, about }: LivingNode): Output<'ListNodes'>['Nodes'][number] {
  // A later version may describe itself differently, and an earlier one not at all.
  const { version, host, pid } = JSON.parse(about || '{}') as Partial<NodeDescription>;
  return {
    NodeId: name,
    Since: new Date(since).toISOString(),
    LastHeartbeat: new Date(beatAt).toISOString(),
    ...(version !== undefined && { Version: version }),
    ...(host !== undefined && { Host: host }),
    ...(pid !== undefined && { ProcessId: pid }),
  };
}
