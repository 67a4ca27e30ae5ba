// The pages that need no signature: whether the process is alive, whether it is ready, its metrics, and a start
// page.
import type { Logger } from 'pino';

import { jsonAnswer } from './answer.ts';
import type { Answer } from './answer.ts';
import { createSharedComputation } from './shared-computation.ts';
import { STATUS_PAGE_POLICY, statusPage } from './status-page.ts';
import type { Link, Readiness } from './status-page.ts';

export type { Link, Readiness } from './status-page.ts';

export interface PageParts {
  readonly ready: () => Promise<Readiness>;
  /** Where every channel leads, for `/readyz?verbose` and the page at `/`. */
  readonly channels?: () => Readonly<Record<string, string>>;
  readonly metrics?: () => Promise<{ readonly contentType: string; readonly body: string }>;
  /** Further pages to link to. */
  readonly links: readonly Link[];
  readonly log?: Logger;
  /** Milliseconds that only grow. */
  readonly monotonic: () => number;
}

export interface Pages {
  /** The answer, or undefined if no page has this path. */
  answer(method: string, target: string, accept: string, isDraining: boolean): Promise<Answer> | undefined;
}

export function createPages({ ready, channels, metrics, links, log, monotonic }: PageParts): Pages {
  const askReadiness = createSharedComputation(ready, monotonic);
  const readiness = async (isDraining: boolean): Promise<Readiness> => {
    // If readiness cannot be determined, the service is not ready. The log says why; a page that anyone may read
    // does not.
    const state = await askReadiness().catch((error: unknown): Readiness => {
      log?.warn({ err: error }, 'cannot determine readiness');
      return { ready: false, checks: { service: 'no answer' } };
    });
    return isDraining ? { ready: false, checks: { ...state.checks, server: 'stopping' } } : state;
  };
  const pages = new Map<string, (accept: string, isDraining: boolean, isVerbose: boolean) => Promise<Answer>>(
    [
      ['/livez', async () => jsonAnswer(200, { alive: true })],
      [
        '/readyz',
        async (_, isDraining, isVerbose) => {
          const state = await readiness(isDraining);
          const shown = isVerbose && channels ? { ...state, channels: channels() } : state;
          return jsonAnswer(state.ready ? 200 : 503, shown);
        },
      ],
      [
        '/',
        async (accept, isDraining) => {
          const state = await readiness(isDraining);
          const all = [...links, { href: '/livez', text: 'alive?' }, { href: '/readyz', text: 'ready?' }];
          if (metrics) all.push({ href: '/metrics', text: 'metrics' });
          if (!accept.includes('text/html'))
            return jsonAnswer(200, { service: 'chatpush', ...state, links: all });
          const headers = {
            'content-type': 'text/html; charset=utf-8',
            'content-security-policy': STATUS_PAGE_POLICY,
            'x-frame-options': 'DENY',
          };
          return { status: 200, headers, body: statusPage(state, channels?.() ?? {}, all) };
        },
      ],
    ],
  );
  if (metrics) {
    // Bytes, so that answers waiting to be read share them.
    const readMetrics = createSharedComputation(async (): Promise<Answer> => {
      const { contentType, body } = await metrics();
      return { status: 200, headers: { 'content-type': contentType }, body: Buffer.from(body) };
    }, monotonic);
    pages.set('/metrics', readMetrics);
  }
  return {
    answer: (method, target, accept, isDraining) => {
      if (method !== 'GET' && method !== 'HEAD') return undefined;
      const [path = '', query = ''] = target.split('?', 2);
      return pages.get(path)?.(accept, isDraining, new URLSearchParams(query).has('verbose'));
    },
  };
}
