// The audit log: one line of JSON for each change and for each key that was refused, with who, what, where, from where and
// how it ended. Never a token of a device or a participant, a secret or a text of a message.
import type { ErrorName } from '@chatpush/wire';

/** What a line says. Members that do not apply are absent. */
export interface AuditEntry {
  /** As in the API: `StopContact`. Our own: `ReloadSettings`, `EndContact` where a chat event ended a contact, and
   * `RemoveDeadRegistration` where a gateway called a token dead. */
  readonly operation: string;
  /** `ok`, or the error that the caller was answered with. */
  readonly result: 'ok' | 'refused' | ErrorName;
  /** The key that was proved to make the call. */
  readonly keyId?: string | undefined;
  /** What an unproved call says its key is. */
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
  /** The caller's. */
  readonly address?: string | undefined;
}

export interface Audit {
  note(entry: AuditEntry): void;
  /** Notes a refused key. The same key, refused again from the same address for the same reason, is counted and noted later. */
  refused(entry: AuditEntry): void;
  /** Writes what was only counted so far. */
  close(): void;
}

/** One that is refused over and over is a line in so many milliseconds: strangers must not fill the disk. */
const REPEATED_MS = 10_000;
/** Different ones beyond so many share a line. */
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
