// From the form of a fault to a rule, and from rules in force to the rules that replace them. Pure.
import type { AppliedRule, FaultGateway, FaultKind, FaultRule, Parameter } from '@chatpush/emulator';
import { isSpent } from './words.ts';

/** What stands in the form; texts as they were typed, empty where nothing was. */
export interface FaultForm {
  gateway: FaultGateway;
  fault: string;
  parameters: Readonly<Record<string, string | boolean>>;
  often: 'always' | 'times' | 'share';
  times: string;
  percent: string;
  deviceToken: string;
}

/** What a fault is usually tried with, where its table has no default. */
const FIRST_TRIES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  http: { status: '503' },
  slow: { delayMs: '3000' },
  'stream-limit': { limit: '1' },
  'expires-in': { seconds: '30' },
  quota: { limit: '1' },
};

const initial = (parameter: Parameter): string | boolean =>
  parameter.kind === 'switch' ? false : 'default' in parameter ? String(parameter.default ?? '') : '';

/** The parameters of a fault as its form begins. */
export const initialParameters = (fault: string, { parameters }: FaultKind): FaultForm['parameters'] => ({
  ...Object.fromEntries(Object.entries(parameters).map(([name, parameter]) => [name, initial(parameter)])),
  ...FIRST_TRIES[fault],
});

/** The rule that the form means. Whether it can be is for the emulator to say. */
export function ruleFrom(form: FaultForm, { parameters }: FaultKind): FaultRule {
  const given = Object.entries(parameters).flatMap(([name, { kind }]) => {
    const value = form.parameters[name];
    if (value === undefined || value === '' || value === false) return [];
    return [[name, kind === 'integer' ? Number(value) : value]];
  });
  return {
    gateway: form.gateway,
    fault: form.fault as FaultRule['fault'],
    ...(Object.fromEntries(given) as Partial<FaultRule>),
    ...(form.deviceToken !== '' && { deviceToken: form.deviceToken }),
    ...(form.often === 'times' && { times: Number(form.times) }),
    ...(form.often === 'share' && { probability: Number(form.percent) / 100 }),
  };
}

/** Rules in force as they are to go on beside a change: spent ones go, counted ones keep what is left of their count. */
export const carriedOver = (rules: readonly AppliedRule[]): FaultRule[] =>
  rules
    .filter((rule) => !isSpent(rule))
    .map(({ applied, times, ...rule }) => Object.assign(rule, times && { times: times - applied }));
