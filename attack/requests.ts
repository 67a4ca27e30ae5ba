// Valid requests of the hostile tenant, to be corrupted.
import { OPERATIONS } from '../packages/wire/src/index.ts';
import type { OperationName } from '../packages/wire/src/index.ts';
import { GOOD_INPUTS, encodeInput } from '../packages/server/test/http/inputs.ts';
import { signedHead } from '../packages/server/test/http/recording-server.ts';
import type { RequestParts } from '../packages/server/test/http/recording-server.ts';
import { APPLICATION, INSTANCES, KEYS } from './target.ts';

export const OPERATION_NAMES = Object.keys(OPERATIONS) as OperationName[];

/** A valid input of an operation, for an instance. */
export const inputOf = (name: OperationName, instanceId: string): Record<string, unknown> => ({
  ...GOOD_INPUTS[name],
  InstanceId: instanceId,
  ...('PinpointAppArn' in GOOD_INPUTS[name] && { PinpointAppArn: APPLICATION }),
  ...('NextToken' in GOOD_INPUTS[name] && { NextToken: undefined }),
});

export const partsOf = (name: OperationName, input: object): RequestParts => ({
  ...encodeInput(OPERATIONS[name], input),
  key: KEYS.hostile,
});

/** The complete, signed request. */
export function bytesOf(port: number, parts: RequestParts): Buffer {
  return Buffer.concat([Buffer.from(signedHead(port, parts).head), Buffer.from(parts.body ?? '')]);
}

export const goodRequest = (
  port: number,
  name: OperationName,
  instanceId: string = INSTANCES.hostile,
): Buffer => bytesOf(port, partsOf(name, inputOf(name, instanceId)));
