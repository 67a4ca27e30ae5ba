// A section of the guide "Troubleshooting" from docs/, loaded on demand.
import { useAnswer } from '../../use-answer.ts';
import { adviceIn } from './advice.ts';

const readAdvice = async (alert: string): Promise<string | undefined> => {
  const { default: guide } = await import('../../../../../docs/guides/troubleshooting.md?raw');
  return adviceIn(guide, alert);
};

export function Troubleshooting({ alert }: { alert: string }) {
  const { answer: advice } = useAnswer(() => readAdvice(alert), [alert]);
  if (advice === undefined) return null;
  return (
    <section class="panel advice" aria-labelledby="advice-title">
      <h2 id="advice-title">What to do</h2>
      {advice.split('\n\n').map((paragraph) => (
        <p key={paragraph}>
          {paragraph
            .split('`')
            .map((part, index) => (index % 2 === 1 ? <code key={part}>{part}</code> : part))}
        </p>
      ))}
      <p class="hint">
        From the guide “Troubleshooting”, section {alert}. The alert in Prometheus has the same name.
      </p>
    </section>
  );
}
