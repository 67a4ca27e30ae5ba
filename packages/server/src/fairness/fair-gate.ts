// A gate with limited room at which owners take turns: an owner's excess entries wait behind its own and block
// nobody else.
//
//   enter ──fits, and nothing of this owner waits──► in ──leave──► the next owner in turn
//     └──────► waits behind its owner's others ────────┘ └ too many wait, or for too long: GateFullError

export interface GateRoom {
  /** Room used by all owners, and by the owner of this entry. */
  readonly used: number;
  readonly ownUsed: number;
}

export interface GateRules {
  /** Whether something of this size may enter now. Must be true while nothing is in. */
  readonly fits: (size: number, room: GateRoom) => boolean;
  /** How many entries of one owner may wait, and how many in all. */
  readonly waitingPerOwner: number;
  readonly waiting: number;
  readonly waitMs: number;
}

/** `own`: the same owner's earlier entries are in the way; otherwise those of others. */
export class GateFullError extends Error {
  override readonly name = 'GateFullError';
  readonly own: boolean;
  constructor(own: boolean) {
    super('Too many entries are waiting.');
    this.own = own;
  }
}

export interface FairGate {
  /** Lets the owner in, without a promise, if there is no need to wait: the usual case. Undefined: call `enter`. */
  enterAtOnce(owner: string, size: number): Disposable | undefined;
  /**
   * Resolves once there is room; disposing of the result returns it. Rejects with GateFullError. An entry whose
   * `isGone` is true when its turn comes is skipped, and its promise never settles.
   */
  enter(owner: string, size: number, isGone?: () => boolean): Promise<Disposable>;
  /** Room used by everything that is in. */
  readonly used: number;
  /** How many entries wait. */
  readonly waiting: number;
}

interface Entry {
  readonly size: number;
  readonly isGone: () => boolean;
  readonly timer: NodeJS.Timeout;
  readonly letIn: () => void;
}

interface Owner {
  used: number;
  readonly queue: Entry[];
}

/** Something that is in; it leaves once. A class, because an object literal with a computed name takes 0.8 µs. */
class Entrance implements Disposable {
  #leave: (() => void) | undefined;

  constructor(leave: () => void) {
    this.#leave = leave;
  }

  [Symbol.dispose](): void {
    const leave = this.#leave;
    this.#leave = undefined;
    leave?.();
  }
}

export function createFairGate(rules: GateRules): FairGate {
  /** Owners with something in or waiting; the one that had a turn goes to the end. */
  const owners = new Map<string, Owner>();
  let used = 0;
  let waiting = 0;

  function take(name: string, owner: Owner, size: number): Disposable {
    used += size;
    owner.used += size;
    if (owners.size > 1) owners.delete(name);
    owners.set(name, owner);
    return new Entrance(() => {
      used -= size;
      owner.used -= size;
      forgetIdle(name, owner);
      if (waiting > 0) letOthersIn();
    });
  }

  function enterAtOnce(name: string, size: number): Disposable | undefined {
    const owner = owners.get(name);
    if (owner !== undefined && owner.queue.length > 0) return undefined;
    if (!rules.fits(size, { used, ownUsed: owner?.used ?? 0 })) return undefined;
    return take(name, owner ?? { used: 0, queue: [] }, size);
  }

  function forgetIdle(name: string, owner: Owner): void {
    if (owner.used === 0 && owner.queue.length === 0) owners.delete(name);
  }

  function letOthersIn(): void {
    let anyWentIn: boolean;
    do {
      anyWentIn = false;
      const line = [...owners];
      for (const [name, owner] of line) {
        while (owner.queue[0]?.isGone()) clearTimeout(removeFirst(owner).timer);
        const [first] = owner.queue;
        if (first === undefined) forgetIdle(name, owner);
        else if (rules.fits(first.size, { used, ownUsed: owner.used })) {
          removeFirst(owner).letIn();
          anyWentIn = true;
        }
      }
    } while (anyWentIn && waiting > 0);
  }

  function removeFirst(owner: Owner): Entry {
    waiting -= 1;
    return owner.queue.shift()!;
  }

  return {
    get used() {
      return used;
    },
    get waiting() {
      return waiting;
    },
    enterAtOnce,
    async enter(name, size, isGone = () => false) {
      const entrance = enterAtOnce(name, size);
      if (entrance !== undefined) return entrance;
      let owner = owners.get(name);
      if (owner === undefined) owners.set(name, (owner = { used: 0, queue: [] }));
      const { queue } = owner;
      const isOwn = owner.used > 0 || queue.length > 0;
      if (queue.length >= rules.waitingPerOwner || waiting >= rules.waiting) {
        forgetIdle(name, owner);
        throw new GateFullError(isOwn);
      }
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          queue.splice(queue.indexOf(entry), 1);
          waiting -= 1;
          forgetIdle(name, owner);
          reject(new GateFullError(isOwn));
        }, rules.waitMs);
        // Does not keep the process alive: a waiting entry has a connection that does.
        timer.unref();
        const entry: Entry = {
          size,
          isGone,
          timer,
          letIn: () => {
            clearTimeout(timer);
            resolve(take(name, owner, size));
          },
        };
        queue.push(entry);
        waiting += 1;
      });
    },
  };
}
