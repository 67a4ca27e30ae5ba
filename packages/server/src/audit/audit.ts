// The audit log: one line of JSON for each change and each refused key, with who, what, where, from where and the
// result. Never a token of a device or a participant, a secret, or the text of a message.
import type { ErrorName } from '@chatpush/wire';

/** The members of a line. Members that do not apply are absent. */
export interface AuditEntry {
  /**
   * As in the API: `StopContact`. Our own: `ReloadSettings`, `EndContact` if a chat event ended a contact, and
   * `RemoveDeadRegistration` if a gateway reported a token as dead.
   */
  readonly operation: string;
  /** `ok`, or the error in the caller's answer. */
  readonly result: 'ok' | 'refused' | ErrorName;
  /** The key that was proven to make the call. */
  readonly keyId?: string | undefined;
  /** The key that an unproven call claims to use. */
  readonly claimedKeyId?: string | undefined;
  readonly instanceId?: string | undefined;
  readonly contactId?: string | undefined;
  readonly registrationId?: string | undefined;
  readonly deliveryId?: string | undefined;
  /** ARN. */
  readonly application?: string | undefined;
  /** Names of settings. */
  readonly changed?: readonly string[] | undefined;
  readonly requestId?: string | undefined;
  /** The caller's address. */
  readonly address?: string | undefined;
}

export interface Audit {
  note(entry: AuditEntry): void;
  /**
   * Records a refused key. If the same key is refused again from the same address for the same reason, it is
   * counted and written later.
   */
  refused(entry: AuditEntry): void;
  /** Writes what has only been counted so far. */
  close(): void;
}

/** A key that is refused repeatedly gets one line per this many milliseconds: strangers must not fill the disk. */
const REPEATED_MS = 10_000;
/** Beyond this many different ones, they share a line. */
const MAX_REFUSED = 1_000;

export const NO_AUDIT: Audit = { note: () => undefined, refused: () => undefined, close: () => undefined };

/** `now`: milliseconds since the epoch. */
export function createAudit(write: (line: string) => void, now: () => number): Audit {
  const counted = new Map<string, { readonly entry: AuditEntry; repeated: number }>();
  const line = (entry: AuditEntry, more: { readonly repeated?: number } = {}): void =>
    write(`${JSON.stringify({ time: new Date(now()).toISOString(), audit: 1, ...entry, ...more })}\n`);
  const tellRepeated = (): void => {
    for (const { entry, repeated } of counted.values()) {
      const { requestId: _, ...rest } = entry;
      if (repeated > 0) line(rest, { repeated });
    }
    counted.clear();
  };
  const timer = setInterval(tellRepeated, REPEATED_MS);
  timer.unref();
  return {
    note: (entry) => line(entry),
    refused: (entry) => {
      const { requestId: _, instanceId: __, ...same } = entry;
      const key = JSON.stringify(same);
      const before = counted.get(key);
      if (before) {
        before.repeated++;
        return;
      }
      if (counted.size < MAX_REFUSED) {
        counted.set(key, { entry, repeated: 0 });
        line(entry);
        return;
      }
      const { operation, result } = entry;
      const others = counted.get('others');
      if (others) others.repeated++;
      else counted.set('others', { entry: { operation, result }, repeated: 1 });
    },
    close: () => {
      clearInterval(timer);
      tellRepeated();
    },
  };
}
