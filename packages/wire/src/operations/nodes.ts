// The nodes: running processes of the service that share one store.
import { operation } from '../operation.ts';
import { integer, list, required, string, structure } from '../shape.ts';

const dateTime = string({ format: 'date-time' });

export const listNodes = operation({
  name: 'ListNodes',
  method: 'GET',
  path: '/nodes',
  input: structure({}),
  output: structure({
    Nodes: required(
      list(
        structure({
          NodeId: required(string()),
          Since: required(dateTime),
          LastHeartbeat: required(dateTime),
          Version: string(),
          Host: string(),
          ProcessId: integer(),
        }),
      ),
    ),
  }),
  errors: [
    'AccessDeniedException',
    'InternalServiceException',
    'InvalidParameterException',
    'ThrottlingException',
  ],
  bodyLimitBytes: 65_536,
  origin: 'chatpush',
});
