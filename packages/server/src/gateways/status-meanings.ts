// What a status means if the gateway's own words do not say. Most of these come from something between us and Apple
// or Google (a proxy, a load balancer, a filter) that knows nothing about the push. So a push is dropped only for
// reasons that its own form can have caused; everything else is retried until it expires.
import type { Verdict } from './gateway.ts';

export interface StatusMeaning {
  readonly verdict: Verdict;
  /** New attempts use another connection; this one closes when its last attempt has ended. */
  readonly remedy?: 'new-connection';
  /** The verdict if the remedy did not help. */
  readonly uncured?: Verdict;
  /** For people. */
  readonly means: string;
}

/** Regardless of the body. */
const ALWAYS: Readonly<Record<number, StatusMeaning>> = {
  407: { verdict: 'credential', means: 'A proxy in between requires authentication (RFC 9110 §15.5.8).' },
  408: {
    verdict: 'again',
    remedy: 'new-connection',
    uncured: 'gateway-busy',
    means: 'A server in between timed out waiting for the request, which may be repeated (RFC 9110 §15.5.9).',
  },
  421: {
    verdict: 'again',
    remedy: 'new-connection',
    uncured: 'gateway-busy',
    means: 'The connection reached a server that does not serve this name (RFC 9110 §15.5.20).',
  },
  425: { verdict: 'gateway-busy', means: 'The request came too early (RFC 8470 §5.2).' },
  451: { verdict: 'credential', means: 'Something in between refuses for legal reasons (RFC 7725).' },
  499: {
    verdict: 'gateway-busy',
    means: 'The request was cancelled in between: Google’s front end sends this for CANCELLED.',
  },
  511: { verdict: 'credential', means: 'The network requires a log-in (RFC 6585 §6).' },
};

/** The meaning of the status alone, where it could be about the form of the push or our permission to send it. */
const ALONE: Readonly<Record<number, StatusMeaning>> = {
  400: { verdict: 'message', means: 'The request is invalid.' },
  401: {
    verdict: 'credential',
    means: 'The gateway, or something in between, does not accept the credential.',
  },
  403: { verdict: 'credential', means: 'The gateway, or something in between, refuses this sender.' },
  // The gateways' own 404 gives a reason: one without comes from something else that answers in their place.
  404: { verdict: 'credential', means: 'The answer does not come from the gateway.' },
  413: { verdict: 'message', means: 'The request is too large.' },
  429: { verdict: 'gateway-busy', means: 'Too many requests.' },
};

/** `worded`: the gateway gave a reason that its table does not have. */
export function meaningOfStatus(status: number, worded: boolean): StatusMeaning {
  const row = ALWAYS[status] ?? ALONE[status];
  if (row !== undefined) return row;
  if (status >= 400 && status < 500 && worded)
    return {
      verdict: 'message',
      means: 'The gateway refuses the request for an undocumented reason.',
    };
  return {
    verdict: 'gateway-busy',
    means: 'The gateway, or something in between, is not working correctly.',
  };
}
