// The active rules: which fault hits which request, with what probability or how many times.
import type { Events } from './events.ts';
import { parseRules } from './fault-rule-check.ts';
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
  /** The rule ends after so many requests. */
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

/** The request to find a rule for. */
export interface Target {
  gateway: FaultGateway;
  /** APNs topic or Firebase project. */
  app?: string;
  deviceToken?: string;
}

interface Live {
  rule: FaultRule;
  applied: number;
}

/** Decides whether a matching rule also hits, for rules with their own counters. */
export type Decides = (rule: FaultRule) => boolean;

export class FaultRules {
  #live: readonly Live[] = [];
  #events: Events;
  #random: () => number;

  constructor(events: Events, random: () => number) {
    this.#events = events;
    this.#random = random;
  }

  /** False if there are no rules; the hot path checks nothing else. */
  get any(): boolean {
    return this.#live.length > 0;
  }

  list(): AppliedRule[] {
    return this.#live.map(({ rule, applied }) => ({ ...rule, applied }));
  }

  /** Replaces all rules. If any is invalid, throws {@link FaultRuleError} with every mistake and changes nothing. */
  set(rules: readonly FaultRule[]): void {
    this.#replace(parseRules(rules).map((rule) => ({ rule, applied: 0 })));
  }

  /** Adds a rule at the end. Throws {@link FaultRuleError}. */
  add(rule: FaultRule): void {
    this.#replace([...this.#live, ...parseRules([rule]).map((rule) => ({ rule, applied: 0 }))]);
  }

  clear(): void {
    this.#replace([]);
  }

  /** Finds the rule that hits this request, and counts the hit. */
  hit(target: Target, decides: Decides = () => true): FaultRule | undefined {
    const hit = this.#live.find(
      ({ rule, applied }) =>
        rule.gateway === target.gateway &&
        (rule.times === undefined || applied < rule.times) &&
        (rule.deviceToken === undefined || rule.deviceToken === target.deviceToken) &&
        (rule.topic === undefined || rule.topic === target.app) &&
        (rule.project === undefined || rule.project === target.app) &&
        decides(rule) &&
        (rule.probability === undefined || this.#random() < rule.probability),
    );
    if (hit === undefined) return undefined;
    hit.applied += 1;
    if (this.#events.heard) this.#events.emit({ type: 'faults-changed', rules: this.list() });
    return hit.rule;
  }

  #replace(live: readonly Live[]): void {
    this.#live = live;
    this.#events.emit({ type: 'faults-changed', rules: this.list() });
  }
}
