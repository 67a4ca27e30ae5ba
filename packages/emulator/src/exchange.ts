// One request while a gateway handles it, as every fault sees it.
import type { ServerHttp2Stream } from 'node:http2';
import type { Connection } from './connection.ts';
import type { FaultRule } from './fault-rule.ts';

/** The answer to the sender. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body?: string;
  /** `accepted`, or the gateway's reason. */
  verdict: string;
}

export interface Exchange {
  connection: Connection;
  /** Absent on HTTP/1.1. */
  stream?: ServerHttp2Stream;
  /** Checks the request as the gateway would and delivers a valid one to the phone. Call it once. */
  serve(): Answer;
  /** A failure that a rule asks for, in the gateway's form. */
  failure(rule: FaultRule): Answer;
  /** Sends the answer and logs it. */
  send(answer: Answer, fault?: string): void;
  /** Logs the outcome of a request that gets no answer. */
  unanswered(verdict: string, fault: string, served?: Answer): void;
  /** The text of a GOAWAY with this reason. */
  debugText(reason: string): string;
}
