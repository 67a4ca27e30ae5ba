// Turns the fault form into a rule, and the active rules into the list that replaces them. Pure.
import type { AppliedRule, FaultGateway, FaultKind, FaultRule, Parameter } from '@chatpush/emulator';
import { isSpent } from './words.ts';

/** The values of the form as typed; an empty field is an empty string. */
export interface FaultForm {
  gateway: FaultGateway;
  fault: string;
  parameters: Readonly<Record<string, string | boolean>>;
  often: 'always' | 'times' | 'share';
  times: string;
  percent: string;
  deviceToken: string;
}

/** Initial values for parameters that have no default in the emulator's table. */
const FIRST_TRIES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  http: { status: '503' },
  slow: { delayMs: '3000' },
  'stream-limit': { limit: '1' },
  'expires-in': { seconds: '30' },
  quota: { limit: '1' },
};

const initial = (parameter: Parameter): string | boolean =>
  parameter.kind === 'switch' ? false : 'default' in parameter ? String(parameter.default ?? '') : '';

/** The initial parameters of a fault's form. */
export const initialParameters = (fault: string, { parameters }: FaultKind): FaultForm['parameters'] => ({
  ...Object.fromEntries(Object.entries(parameters).map(([name, parameter]) => [name, initial(parameter)])),
  ...FIRST_TRIES[fault],
});

/** The rule that the form describes. The emulator validates it. */
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

/** The active rules as they are sent with a change: spent rules are dropped, counted rules keep their remaining count. */
export const carriedOver = (rules: readonly AppliedRule[]): FaultRule[] =>
  rules
    .filter((rule) => !isSpent(rule))
    .map(({ applied, times, ...rule }) => Object.assign(rule, times && { times: times - applied }));
