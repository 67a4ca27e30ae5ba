// Violations, each reported once with what led to it.
import type { Answer } from './conversation.ts';

export interface Findings {
  add(what: string, by: string): void;
  /** Checks an answer: it must be ours, no 5xx except 503, and one of the allowed statuses if given. */
  judge(answer: Answer, by: string, allowed?: readonly number[]): void;
  readonly answers: ReadonlyMap<number, number>;
  list(): readonly string[];
}

const MOST_SHOWN = 300;

export function createFindings(): Findings {
  const found = new Map<string, { by: string; count: number }>();
  const answers = new Map<number, number>();
  const add = (what: string, by: string): void => {
    const before = found.get(what);
    if (before) before.count++;
    else found.set(what, { by: by.slice(0, MOST_SHOWN), count: 1 });
  };
  return {
    add,
    answers,
    judge(answer, by, allowed) {
      const { status, headers, body } = answer;
      answers.set(status, (answers.get(status) ?? 0) + 1);
      if (status >= 500 && status !== 503) add(`answered ${status}: ${body.slice(0, MOST_SHOWN)}`, by);
      const fault = foreignness(answer);
      if (fault !== undefined) add(`an answer that is not the service’s: ${fault}`, by);
      // Refusals for lack of capacity are always allowed.
      if (allowed && !allowed.includes(status) && status !== 429 && status !== 503)
        add(`answered ${status} ${headers.get('x-amzn-errortype') ?? ''}, not ${allowed.join(' or ')}`, by);
    },
    list: () => [...found].map(([what, { by, count }]) => `${count} × ${what}\n      first by ${by}`),
  };
}

function foreignness({ status, headers, body }: Answer): string | undefined {
  if (!headers.has('x-amzn-requestid')) return `${status} without a request id`;
  if (status < 400 || !headers.get('content-type')?.includes('json')) return undefined;
  // Readiness answers 503 with its own body.
  if (status === 503 && body.startsWith('{"ready":')) return undefined;
  if (!headers.has('x-amzn-errortype')) return `${status} without an error name`;
  try {
    const { Message } = JSON.parse(body) as { Message?: unknown };
    return typeof Message === 'string' ? undefined : `${status} without Message`;
  } catch {
    return `${status} with a body that is not JSON: ${body.slice(0, MOST_SHOWN)}`;
  }
}
