// The input and output of each operation, compiled once from its shapes.
import { createDecoder, createReader, describeFaults } from '@chatpush/wire';
import type { Operation, ReceivedRequest } from '@chatpush/wire';

import { ServiceError } from '../service-error.ts';
import { JSON_TYPE, jsonAnswer } from './answer.ts';
import type { Answer } from './answer.ts';
import { ALL_OPERATIONS } from './routes.ts';
import type { AnyOperationName } from './routes.ts';

export interface Codec {
  /** The checked input of a request; throws InvalidParameterException with all its faults. */
  input(request: ReceivedRequest): object;
  /** The answer for an output; undeclared members are left out. */
  answer(output: unknown): Answer;
}

function createCodec(operation: Operation): Codec {
  const decode = createDecoder(operation);
  const readInput = createReader(operation.input);
  const readOutput = createReader(operation.output, { limits: false });
  const isEmpty = Object.keys(operation.output.members).length === 0;
  const { status = 200 } = operation;
  const empty = { status, headers: JSON_TYPE, body: operation.emptyAnswer === 'object' ? '{}' : '' };
  return {
    input(request) {
      const { value, faults } = readInput(decode(request));
      if (faults.length > 0) throw new ServiceError('InvalidParameterException', describeFaults(faults));
      return value as object;
    },
    answer(output) {
      if (isEmpty) return empty;
      const { value, faults } = readOutput(output);
      if (faults.length > 0)
        throw new Error(`${operation.name} answered with an invalid output: ${describeFaults(faults)}`);
      return jsonAnswer(status, value);
    },
  };
}

export const CODECS = Object.fromEntries(
  Object.entries(ALL_OPERATIONS).map(([name, operation]) => [name, createCodec(operation)]),
) as Readonly<Record<AnyOperationName, Codec>>;
