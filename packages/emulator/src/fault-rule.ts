// A fault rule, and how often it has hit.
import type { FaultGateway, FaultName } from './faults.ts';

/** A fault and the requests it hits. The first rule that applies to a request wins. */
export interface FaultRule {
  gateway: FaultGateway;
  fault: FaultName;
  /** Only this APNs topic. */
  topic?: string;
  /** Only this Firebase project. */
  project?: string;
  /** Only this phone. */
  deviceToken?: string;
  /** Probability, from 0 to 1. Default: 1. */
  probability?: number;
  /** The rule ends after this many requests. */
  times?: number;
  /** The fault's own parameters, see `FAULTS`. */
  status?: number;
  reason?: string;
  retryAfterSeconds?: number;
  timestamp?: number;
  delayMs?: number;
  by?: 'rst' | 'fin' | 'stream' | 'silence';
  code?: number;
  twice?: boolean;
  refuse?: boolean;
  serve?: boolean;
  finish?: boolean;
  limit?: number;
  seconds?: number;
  per?: 'device' | 'application';
}

/** A rule and the number of requests it has hit. */
export type AppliedRule = FaultRule & { applied: number };
