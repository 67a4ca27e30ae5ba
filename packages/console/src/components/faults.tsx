// The active faults, and the form that adds one.
import type { AppliedRule, FaultRule } from '@chatpush/emulator';
import { putRules } from '../emulator-api.ts';
import { carriedOver } from '../fault-rule.ts';
import { useProblem } from '../problem.ts';
import type { State } from '../state.ts';
import { GATEWAY_NAMES, isSpent, oftenOf, parametersOf, shortToken } from '../words.ts';
import { FaultForm } from './fault-form.tsx';

export function Faults({ state }: { state: State }) {
  const { rules, faults } = state;
  const [problem, setProblem] = useProblem(state);
  const replace = async (next: readonly FaultRule[]): Promise<void> => {
    try {
      setProblem('');
      await putRules(next);
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  const remove = (rule: AppliedRule): void => void replace(carriedOver(rules.filter((one) => one !== rule)));
  return (
    <section class="faults" aria-labelledby="faults-title">
      <div class="toolbar">
        <h1 id="faults-title">Faults</h1>
        {rules.length > 1 && (
          <button type="button" class="quiet" onClick={() => void replace([])}>
            Remove all
          </button>
        )}
      </div>
      <div class="panel">
        {rules.length > 0 && (
          <ul class="rules">
            {rules.map((rule, index) => (
              <li key={index} data-spent={isSpent(rule)}>
                <span>
                  <strong>{rule.fault}</strong> at {GATEWAY_NAMES[rule.gateway]}
                  <small>
                    {[parametersOf(rule, faults[rule.fault]), oftenOf(rule), whomOf(rule), hitsOf(rule)]
                      .filter(Boolean)
                      .join(' · ')}
                  </small>
                </span>
                <button
                  type="button"
                  class="quiet"
                  aria-label={`Remove ${rule.fault} at ${GATEWAY_NAMES[rule.gateway]}`}
                  onClick={() => remove(rule)}
                >
                  Remove
                </button>
              </li>
            ))}
          </ul>
        )}
        {problem !== '' && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        <FaultForm state={state} onRule={(rule) => void replace([...carriedOver(rules), rule])} />
      </div>
    </section>
  );
}

const whomOf = ({ deviceToken, topic, project }: AppliedRule): string =>
  deviceToken === undefined ? (topic ?? project ?? '') : `only ${shortToken(deviceToken)}`;

const hitsOf = (rule: AppliedRule): string =>
  `${isSpent(rule) ? 'spent, ' : ''}${rule.applied}\u00a0${rule.applied === 1 ? 'hit' : 'hits'}`;
