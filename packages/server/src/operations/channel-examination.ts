// What a gateway says about a channel now.
import type { Input, Output } from '@chatpush/wire';
import { ServiceError } from '../service-error.ts';
import type { OperationDependencies } from './dependencies.ts';

export async function examineChannel(
  { directory, examineChannel: examine }: OperationDependencies,
  { PinpointAppArn, DeviceType }: Input<'ExamineChannel'>,
): Promise<Output<'ExamineChannel'>> {
  await directory.application(PinpointAppArn);
  const verdict = await examine(PinpointAppArn, DeviceType);
  if (verdict === undefined)
    throw new ServiceError('ResourceNotFoundException', `The application has no ${DeviceType} channel.`);
  const { state, answer, says, cure } = verdict;
  return { State: state, Answer: answer, Says: says, Cure: cure };
}
