// The actions on a delivery: replay an undelivered one, withdraw a waiting one.
import type { Delivery } from '@chatpush/client';
import { useState } from 'preact/hooks';
import { replayDelivery, withdrawDelivery, type Access } from '../../service.ts';

interface Props {
  delivery: Delivery;
  access: Access;
  /** Called after the action has succeeded. */
  onDone: (said: string) => void;
}

export function Actions({ delivery: { deliveryId, messageId, status, canReplay }, access, onDone }: Props) {
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);
  const run = (act: typeof replayDelivery, said: string): void => {
    setProblem('');
    setBusy(true);
    act(access, deliveryId)
      .then(
        () => onDone(said),
        (error: Error) => setProblem(error.message),
      )
      .finally(() => setBusy(false));
  };
  return (
    <span class="actions">
      {canReplay && (
        <button
          type="button"
          disabled={isBusy}
          aria-label={`Replay message ${messageId}`}
          onClick={() => run(replayDelivery, `Message ${messageId} was replayed.`)}
        >
          Replay
        </button>
      )}
      {status === 'queued' && (
        <button
          type="button"
          disabled={isBusy}
          aria-label={`Withdraw message ${messageId}`}
          onClick={() => run(withdrawDelivery, `Message ${messageId} was withdrawn.`)}
        >
          Withdraw
        </button>
      )}
      {problem !== '' && (
        <small class="problem" role="alert">
          {problem}
        </small>
      )}
    </span>
  );
}
