// The active rules: which fault hits which request, with what probability or how many times.
import type { Events } from './events.ts';
import { parseRules } from './fault-rule-check.ts';
import type { AppliedRule, FaultRule } from './fault-rule.ts';
import type { FaultGateway } from './faults.ts';

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
