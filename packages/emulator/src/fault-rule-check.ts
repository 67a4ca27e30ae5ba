// Refuses a fault rule that could never do what its author meant, saying what, where and how to mend it.
import { FAULTS, FAULT_GATEWAYS, type FaultKind, type FaultName, type Parameter } from './faults.ts';
import type { FaultRule } from './fault-rules.ts';
import { isJson, type Json } from './notification.ts';
import { isHexadecimal } from './phones.ts';

export interface FaultRuleProblem {
  /** Such as `rules[2].status`. */
  where: string;
  what: string;
  mend: string;
}

/** Rules were refused, and nothing was changed. */
export class FaultRuleError extends Error {
  override readonly name = 'FaultRuleError';
  readonly problems: readonly FaultRuleProblem[];

  constructor(problems: readonly FaultRuleProblem[]) {
    super(problems.map(({ where, what, mend }) => `${where}: ${what}; ${mend}`).join('\n'));
    this.problems = problems;
  }
}

/** No topic, project or token of a gateway is so long. */
const MOST_NAME = 4096;

const WHOM: Record<string, Parameter> = {
  topic: { kind: 'text', most: MOST_NAME, meaning: 'only this APNs topic' },
  project: { kind: 'text', most: MOST_NAME, meaning: 'only this Firebase project' },
  deviceToken: { kind: 'text', most: MOST_NAME, meaning: 'only this phone' },
  times: { kind: 'integer', least: 1, most: 1e9, meaning: 'hits so many requests' },
};

const isFault = (name: unknown): name is FaultName => typeof name === 'string' && Object.hasOwn(FAULTS, name);

function abbreviated(value: unknown): string {
  const json = JSON.stringify(value);
  return json.length > 100 ? `${json.slice(0, 100)}…` : json;
}

/** What a value should have been, or undefined if it is right. */
function mended(parameter: Parameter, value: unknown): string | undefined {
  switch (parameter.kind) {
    case 'integer':
      return Number.isInteger(value) &&
        (value as number) >= parameter.least &&
        (value as number) <= parameter.most
        ? undefined
        : `give a whole number from ${parameter.least} to ${parameter.most}: ${parameter.meaning}`;
    case 'text':
      return typeof value === 'string' && value !== '' && value.length <= parameter.most
        ? undefined
        : `give a text of at most ${parameter.most} characters: ${parameter.meaning}`;
    case 'switch':
      return typeof value === 'boolean' ? undefined : `give true or false: ${parameter.meaning}`;
    case 'choice':
      return parameter.of.includes(value as string)
        ? undefined
        : `give one of ${parameter.of.join(', ')}: ${parameter.meaning}`;
  }
}

function problemsOf(rule: Json, where: string): FaultRuleProblem[] {
  const problems: FaultRuleProblem[] = [];
  const refuse = (member: string, what: string, mend: string): void => {
    problems.push({ where: `${where}.${member}`, what, mend });
  };
  const { gateway, fault, probability } = rule;
  if (!isFault(fault)) {
    refuse(
      'fault',
      `no fault is called ${JSON.stringify(fault)}`,
      `take one of ${Object.keys(FAULTS).join(', ')}`,
    );
    return problems;
  }
  const kind: FaultKind = FAULTS[fault];
  if (!kind.gateways.some((one) => one === gateway)) {
    const known = FAULT_GATEWAYS.some((one) => one === gateway);
    const what = known
      ? `${fault} does not work at ${String(gateway)}`
      : `no gateway is called ${JSON.stringify(gateway)}`;
    refuse('gateway', what, `take one of ${kind.gateways.join(', ')}`);
  }
  if (
    probability !== undefined &&
    !(typeof probability === 'number' && probability > 0 && probability <= 1)
  ) {
    refuse('probability', 'is no chance', 'give a number above 0 and at most 1, or leave it out');
  }
  const parameters: Record<string, Parameter> = { ...WHOM, ...kind.parameters };
  for (const [member, value] of Object.entries(rule)) {
    if (member === 'gateway' || member === 'fault' || member === 'probability' || value === undefined)
      continue;
    const parameter = Object.hasOwn(parameters, member) ? parameters[member] : undefined;
    if (parameter === undefined) {
      const taken = ['probability', ...Object.keys(parameters)].join(', ');
      refuse(member, `${fault} takes no such parameter`, `remove it; it takes ${taken}`);
      continue;
    }
    const mend = mended(parameter, value);
    if (mend !== undefined) refuse(member, `${abbreviated(value)} does not fit`, mend);
  }
  for (const [member, parameter] of Object.entries(kind.parameters)) {
    const required = 'required' in parameter && parameter.required === true;
    if (required && rule[member] === undefined)
      refuse(member, 'is missing', mended(parameter, undefined) ?? 'give it');
  }
  if (fault === 'http' && rule['status'] === undefined && rule['reason'] === undefined) {
    refuse('status', 'is missing, and so is reason', 'give at least one of them');
  }
  if (rule['topic'] !== undefined && (gateway === 'fcm' || gateway === 'oauth')) {
    refuse('topic', `${gateway} has no topics`, 'name a project instead');
  }
  const isApns = gateway === 'apns' || gateway === 'apns-sandbox';
  if (rule['project'] !== undefined && isApns)
    refuse('project', `${gateway} has no projects`, 'name a topic instead');
  if (typeof rule['deviceToken'] === 'string' && isApns && !isHexadecimal(rule['deviceToken'])) {
    refuse(
      'deviceToken',
      `no APNs token is ${abbreviated(rule['deviceToken'])}: they are hexadecimal`,
      'give one of an iPhone, or ask for the fault at fcm',
    );
  }
  if (gateway === 'oauth' && (rule['project'] !== undefined || rule['deviceToken'] !== undefined)) {
    refuse('gateway', 'oauth sees neither projects nor phones', 'leave project and deviceToken out');
  }
  return problems;
}

/** The rules with defaults filled in. Throws {@link FaultRuleError} with every mistake in all of them. */
export function parseRules(rules: unknown): FaultRule[] {
  if (!Array.isArray(rules)) {
    throw new FaultRuleError([
      { where: 'rules', what: 'is no list', mend: 'give a JSON array of rules, [] for none' },
    ]);
  }
  const problems = rules.flatMap((rule: unknown, index) =>
    isJson(rule)
      ? problemsOf(rule, `rules[${index}]`)
      : [{ where: `rules[${index}]`, what: 'is no rule', mend: 'give an object with gateway and fault' }],
  );
  if (problems.length > 0) throw new FaultRuleError(problems);
  return (rules as FaultRule[]).map((rule) => {
    const parameters: Record<string, Parameter> = FAULTS[rule.fault].parameters;
    const defaults = Object.entries(parameters).flatMap(([member, parameter]) =>
      'default' in parameter && parameter.default !== undefined ? [[member, parameter.default]] : [],
    );
    const whole = Object.assign(Object.fromEntries(defaults) as Partial<FaultRule>, rule);
    // APNs tokens are bytes written as hexadecimal, and known by it in lower case.
    if (rule.gateway.startsWith('apns') && rule.deviceToken)
      whole.deviceToken = rule.deviceToken.toLowerCase();
    return whole;
  });
}
