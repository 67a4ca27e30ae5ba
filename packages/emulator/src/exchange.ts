// One request while a gateway deals with it, seen the same by every fault.
import type { ServerHttp2Stream } from 'node:http2';
import type { Connection } from './connection.ts';
import type { FaultRule } from './fault-rules.ts';

/** What goes back to the sender. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body?: string;
  /** `accepted`, or the gateway's word for why not. */
  verdict: string;
}

export interface Exchange {
  connection: Connection;
  /** Absent on HTTP/1.1. */
  stream?: ServerHttp2Stream;
  /** Judges the request as the gateway would and, if it is good, gives it to the phone. Once. */
  serve(): Answer;
  /** The gateway's form of a failure that a rule asks for. */
  failure(rule: FaultRule): Answer;
  /** Sends the answer and logs it. */
  send(answer: Answer, fault?: string): void;
  /** Logs what became of a request that gets no answer. */
  unanswered(verdict: string, fault: string, served?: Answer): void;
  /** Text of a GOAWAY with this reason. */
  debugText(reason: string): string;
}
