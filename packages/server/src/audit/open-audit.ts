// The audit log that the settings name, or one that records nothing.
import type { Clock } from '../clock.ts';
import { openAuditStream } from './audit-stream.ts';
import { NO_AUDIT, createAudit } from './audit.ts';
import type { Audit } from './audit.ts';

export interface OpenAudit extends Omit<Audit, 'close'> {
  /** Reopens the file after it was renamed. */
  reopen(): void;
  /** Resolves when everything is written. */
  close(): Promise<void>;
}

/** `to`: `stdout`, a path, or undefined for none. Throws a sentence for people if the file cannot be written. */
export function openAudit(to: string | undefined, clock: Clock, failed: (error: Error) => void): OpenAudit {
  if (to === undefined) return { ...NO_AUDIT, reopen: () => undefined, close: async () => undefined };
  const stream = openAuditStream(to, failed);
  const audit = createAudit(
    (line) => stream.write(line),
    () => clock.now(),
  );
  return {
    ...audit,
    reopen: () => stream.reopen(),
    close: async () => {
      audit.close();
      await stream.close();
    },
  };
}
