// Refuses fault rules that can never have an effect, and says what is wrong, where, and how to fix it.
import { FAULTS, FAULT_GATEWAYS, type FaultKind, type FaultName, type Parameter } from './faults.ts';
import type { FaultRule } from './fault-rule.ts';
import { isJson, type Json } from './notification.ts';
import { isHexadecimal } from './phones.ts';

export interface FaultRuleProblem {
  /** Such as `rules[2].status`. */
  where: string;
  what: string;
  fix: string;
}

/** Rules were refused, and nothing was changed. */
export class FaultRuleError extends Error {
  override readonly name = 'FaultRuleError';
  readonly problems: readonly FaultRuleProblem[];

  constructor(problems: readonly FaultRuleProblem[]) {
    super(problems.map(({ where, what, fix }) => `${where}: ${what}: ${fix}`).join('\n'));
    this.problems = problems;
  }
}

/** Topics, projects and tokens of the gateways are shorter. */
const MOST_NAME = 4096;

const WHOM: Record<string, Parameter> = {
  topic: { kind: 'text', most: MOST_NAME, meaning: 'only this APNs topic' },
  project: { kind: 'text', most: MOST_NAME, meaning: 'only this Firebase project' },
  deviceToken: { kind: 'text', most: MOST_NAME, meaning: 'only this phone' },
  times: { kind: 'integer', least: 1, most: 1e9, meaning: 'how many requests it hits' },
};

const isFault = (name: unknown): name is FaultName => typeof name === 'string' && Object.hasOwn(FAULTS, name);

function abbreviated(value: unknown): string {
  const json = JSON.stringify(value);
  return json.length > 100 ? `${json.slice(0, 100)}…` : json;
}

/** What to write instead of a value; undefined if it is valid. */
function fixOf(parameter: Parameter, value: unknown): string | undefined {
  switch (parameter.kind) {
    case 'integer':
      return Number.isInteger(value) &&
        (value as number) >= parameter.least &&
        (value as number) <= parameter.most
        ? undefined
        : `use a whole number from ${parameter.least} to ${parameter.most}: ${parameter.meaning}`;
    case 'text':
      return typeof value === 'string' && value !== '' && value.length <= parameter.most
        ? undefined
        : `use a non-empty string of at most ${parameter.most} characters: ${parameter.meaning}`;
    case 'switch':
      return typeof value === 'boolean' ? undefined : `use true or false: ${parameter.meaning}`;
    case 'choice':
      return parameter.of.includes(value as string)
        ? undefined
        : `use one of ${parameter.of.join(', ')}: ${parameter.meaning}`;
  }
}

function problemsOf(rule: Json, where: string): FaultRuleProblem[] {
  const problems: FaultRuleProblem[] = [];
  const refuse = (member: string, what: string, fix: string): void => {
    problems.push({ where: `${where}.${member}`, what, fix });
  };
  const { gateway, fault, probability } = rule;
  if (!isFault(fault)) {
    refuse(
      'fault',
      `there is no fault ${JSON.stringify(fault)}`,
      `use one of ${Object.keys(FAULTS).join(', ')}`,
    );
    return problems;
  }
  const kind: FaultKind = FAULTS[fault];
  if (!kind.gateways.some((one) => one === gateway)) {
    const known = FAULT_GATEWAYS.some((one) => one === gateway);
    const what = known
      ? `${fault} does not work at ${String(gateway)}`
      : `there is no gateway ${JSON.stringify(gateway)}`;
    refuse('gateway', what, `use one of ${kind.gateways.join(', ')}`);
  }
  if (
    probability !== undefined &&
    !(typeof probability === 'number' && probability > 0 && probability <= 1)
  ) {
    refuse(
      'probability',
      `${abbreviated(probability)} is not a probability`,
      'use a number above 0 and up to 1, or leave it out',
    );
  }
  const parameters: Record<string, Parameter> = { ...WHOM, ...kind.parameters };
  for (const [member, value] of Object.entries(rule)) {
    if (member === 'gateway' || member === 'fault' || member === 'probability' || value === undefined)
      continue;
    const parameter = Object.hasOwn(parameters, member) ? parameters[member] : undefined;
    if (parameter === undefined) {
      const taken = ['probability', ...Object.keys(parameters)].join(', ');
      refuse(member, `${fault} has no such parameter`, `remove it; the parameters are ${taken}`);
      continue;
    }
    const fix = fixOf(parameter, value);
    if (fix !== undefined) refuse(member, `${abbreviated(value)} is invalid`, fix);
  }
  for (const [member, parameter] of Object.entries(kind.parameters)) {
    const required = 'required' in parameter && parameter.required === true;
    if (required && rule[member] === undefined)
      refuse(member, 'is missing', fixOf(parameter, undefined) ?? 'add it');
  }
  if (fault === 'http' && rule['status'] === undefined && rule['reason'] === undefined) {
    refuse('status', 'status and reason are both missing', 'add at least one of them');
  }
  if (rule['topic'] !== undefined && (gateway === 'fcm' || gateway === 'oauth')) {
    refuse('topic', `${gateway} has no topics`, 'use project instead');
  }
  const isApns = gateway === 'apns' || gateway === 'apns-sandbox';
  if (rule['project'] !== undefined && isApns)
    refuse('project', `${gateway} has no projects`, 'use topic instead');
  if (typeof rule['deviceToken'] === 'string' && isApns && !isHexadecimal(rule['deviceToken'])) {
    refuse(
      'deviceToken',
      `${abbreviated(rule['deviceToken'])} is not an APNs token, which is hexadecimal`,
      'use the token of an iPhone, or set gateway to fcm',
    );
  }
  if (gateway === 'oauth' && (rule['project'] !== undefined || rule['deviceToken'] !== undefined)) {
    refuse('gateway', 'oauth knows no projects and no phones', 'remove project and deviceToken');
  }
  return problems;
}

/** The rules with their defaults. Throws {@link FaultRuleError} with every mistake in all of them. */
export function parseRules(rules: unknown): FaultRule[] {
  if (!Array.isArray(rules)) {
    throw new FaultRuleError([
      { where: 'rules', what: 'is not a list', fix: 'use a JSON array of rules; [] removes all rules' },
    ]);
  }
  const problems = rules.flatMap((rule: unknown, index) =>
    isJson(rule)
      ? problemsOf(rule, `rules[${index}]`)
      : [{ where: `rules[${index}]`, what: 'is not a rule', fix: 'use an object with gateway and fault' }],
  );
  if (problems.length > 0) throw new FaultRuleError(problems);
  return (rules as FaultRule[]).map((rule) => {
    const parameters: Record<string, Parameter> = FAULTS[rule.fault].parameters;
    const defaults = Object.entries(parameters).flatMap(([member, parameter]) =>
      'default' in parameter && parameter.default !== undefined ? [[member, parameter.default]] : [],
    );
    const whole = Object.assign(Object.fromEntries(defaults) as Partial<FaultRule>, rule);
    // APNs tokens are hexadecimal; here they are in lower case.
    if (rule.gateway.startsWith('apns') && rule.deviceToken)
      whole.deviceToken = rule.deviceToken.toLowerCase();
    return whole;
  });
}
