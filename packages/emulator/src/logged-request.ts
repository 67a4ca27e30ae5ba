// A request to a gateway, as the log keeps it.
import type { FaultGateway } from './faults.ts';

export interface LoggedRequest {
  /** Counts requests from 1, per emulator. */
  n: number;
  /** Milliseconds since 1970. */
  at: number;
  gateway: FaultGateway;
  /** Counts connections from 1, per emulator. */
  connection: number;
  /** HTTP/2 stream; absent on HTTP/1.1. */
  stream?: number;
  deviceToken?: string;
  /** APNs topic or Firebase project. */
  app?: string;
  apnsId?: string;
  /** Whether a phone received it, even if the answer was lost afterwards. */
  accepted: boolean;
  /** The status of the answer; absent if there was no answer. */
  status?: number;
  /** `accepted`, the gateway's reason or error code, or what happened instead of an answer. */
  verdict: string;
  /** The fault that hit the request, if any. */
  fault?: string;
}

/** Both sides of one exchange. */
export interface Said {
  /** The request's header fields, without `authorization`. */
  headers: Readonly<Record<string, string>>;
  /** The request's body; absent if it is a credential, as at the token endpoint. */
  body?: string;
  /** Absent if there was no answer. */
  answer?: { headers: Readonly<Record<string, string>>; body?: string };
}
