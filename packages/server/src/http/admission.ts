// Which caller may send a body, and whose call is processed next.
//
//   headers ─► claimed caller, instance, length ─► room for the body? ─► body ─► signature ─► room for the work? ─► operation
//                                                   │ waits unread, in turn by instance       │ waits, in turn by instance
//                                                   └ for too long: 429 or 503, Retry-After ──┘
//
// The first queue is chosen by a claim that is not proven yet. Each queue is bounded, so a forger can fill only
// that of the instance it names. After a few failures, calls that name that key from the forger's address get a
// separate queue.
import type { IncomingMessage, ServerResponse } from 'node:http';

import { addressGroup } from '../auth/client-address.ts';
import { GateFullError, createFairGate } from '../fairness/fair-gate.ts';
import type { FairGate } from '../fairness/fair-gate.ts';
import { createSharing } from '../fairness/sharing.ts';
import { ServiceError } from '../service-error.ts';
import type { Turns } from '../fairness/turns.ts';
import { arrivedBody, bodyBytes, readBody } from './body.ts';
import { hashInTurns } from './body-hash.ts';
import { LEAST_CALL_BYTES } from './limits.ts';
import type { HttpLimits } from './limits.ts';
import { createReadingPace } from './reading-pace.ts';
import { createSuspects } from './suspects.ts';

/** A request, as far as its head describes it. */
export interface Incoming {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Whose turn it uses. */
  readonly owner: string;
  /** The identity it claims. */
  readonly claimant: string;
  readonly bodyLimitBytes: number;
}

/** A body that was admitted; `using` returns its room and that of its work. */
export interface Received extends Disposable {
  readonly body: Buffer;
  /**
   * Checks the sender by the body's SHA-256, in lower-case hex, within slices of turns. If `check` throws, that counts against the
   * sender's address.
   */
  prove<Result>(check: (bodyHash: string) => Result): Promise<Result>;
  /** Waits for room to process it; call it once the sender is proven. Undefined: there is room at once. */
  work(): Promise<void> | undefined;
}

/** A class for the same reason as in fair-gate.ts. */
class ReceivedBody implements Received {
  readonly body: Buffer;
  readonly prove: Received['prove'];
  readonly #enterWork: () => Disposable | Promise<Disposable>;
  readonly #room: Disposable;
  #work: Disposable | undefined;

  constructor(
    body: Buffer,
    prove: Received['prove'],
    enterWork: () => Disposable | Promise<Disposable>,
    room: Disposable,
  ) {
    this.body = body;
    this.prove = prove;
    this.#enterWork = enterWork;
    this.#room = room;
  }

  work(): Promise<void> | undefined {
    const entered = this.#enterWork();
    if (entered instanceof Promise)
      return entered.then((work) => {
        this.#work = work;
      });
    this.#work = entered;
    return undefined;
  }

  [Symbol.dispose](): void {
    this.#work?.[Symbol.dispose]();
    this.#room[Symbol.dispose]();
  }
}

export interface Admission {
  /**
   * Reads a body when there is room for it. Throws ThrottlingException, ServiceUnavailableException or the fault of
   * the body. Never settles if the connection closes while the request waits.
   */
  receive(incoming: Incoming): Promise<Received>;
}

/** A waiting request may be admitted or refused at any time, so another may try soon. */
const RETRY_AFTER_SECONDS = 1;

export function createAdmission(options: {
  readonly limits: HttpLimits;
  readonly turns: Turns;
  readonly addressOf: (request: IncomingMessage) => string;
  /** Milliseconds that only grow. */
  readonly monotonic: () => number;
}): Admission {
  const { limits, turns, addressOf } = options;
  const { waitingPerInstance: waitingPerOwner, waiting, waitMs } = limits;
  const suspects = createSuspects(options.monotonic);
  const pace = createReadingPace();
  // An owner may hold as much as is left free: there is always room for another owner, and a single one gets half
  // of everything. (Choudhury and Hahne, "Dynamic queue length thresholds for shared-memory packet switches",
  // 1998.)
  const bodies = createFairGate({
    fits: (size, { used, ownUsed }) => used === 0 || ownUsed + size <= limits.bodyBytes - used - size,
    waitingPerOwner,
    waiting,
    waitMs,
  });
  const sharing = createSharing(options.monotonic);
  const works = createFairGate({
    fits: (size, { used, ownUsed }) =>
      used === 0 ||
      (used + size <= limits.workBytes &&
        (ownUsed === 0 ||
          ownUsed + size <= (sharing.isShared ? limits.workBytesShared : limits.workBytesAlone))),
    waitingPerOwner,
    waiting,
    waitMs,
  });

  return {
    async receive({ request, response, owner, claimant, bodyLimitBytes }) {
      const { socket } = request;
      const isGone = () => !socket.writable;
      const place = () => `${addressGroup(addressOf(request))} ${claimant}`;
      const bytes = bodyBytes(request, bodyLimitBytes);
      const first = suspects.any && suspects.has(place()) ? `suspect ${place()}` : owner;
      const room = await enter(bodies, first, bytes, isGone);
      const failed = (error: unknown): never => {
        suspects.failed(place());
        throw error;
      };
      try {
        if (request.headers.expect !== undefined) response.writeContinue();
        const rules = { limitBytes: bodyLimitBytes, timeoutMs: limits.bodyTimeoutMs, pace };
        const body = arrivedBody(request, bodyLimitBytes) ?? (await readBody(request, rules).catch(failed));
        const prove: Received['prove'] = (check) =>
          hashInTurns(body, first, turns, (bodyHash) => {
            try {
              return check(bodyHash);
            } catch (error) {
              return failed(error);
            }
          });
        // A caller that has gone is skipped, and its call never continues, so its body is given up here.
        const isGivenUp = () => {
          if (isGone()) room[Symbol.dispose]();
          return isGone();
        };
        const enterWork = () => {
          sharing.begin(owner);
          return enter(works, owner, body.length, isGivenUp);
        };
        return new ReceivedBody(body, prove, enterWork, room);
      } catch (error) {
        room[Symbol.dispose]();
        throw error;
      }
    },
  };
}

function enter(
  gate: FairGate,
  owner: string,
  bytes: number,
  isGone: () => boolean,
): Disposable | Promise<Disposable> {
  const size = bytes + LEAST_CALL_BYTES;
  return gate.enterAtOnce(owner, size) ?? gate.enter(owner, size, isGone).catch(refuse);
}

function refuse(error: unknown): never {
  if (!(error instanceof GateFullError)) throw error;
  const refusal = { retryAfterSeconds: RETRY_AFTER_SECONDS };
  throw error.own
    ? new ServiceError(
        'ThrottlingException',
        'Too many calls for this instance are already waiting.',
        refusal,
      )
    : new ServiceError('ServiceUnavailableException', 'Too many calls are already waiting.', refusal);
}
