// What a status means when the gateway's own words do not say: most of these are given by something between us and Apple or
// Google (a proxy, a load balancer, a filter), and none of those knows anything of the push. So a push is dropped only for
// what its own form can have caused; everything else is tried again until it expires.
import type { Verdict } from './gateway.ts';

export interface StatusMeaning {
  readonly verdict: Verdict;
  /** Attempts go to another connection; this one ends when its last has ended. */
  readonly remedy?: 'new-connection';
  /** The verdict where the remedy did not help. */
  readonly uncured?: Verdict;
  /** For people. */
  readonly means: string;
}

/** Whatever the body says. */
const ALWAYS: Readonly<Record<number, StatusMeaning>> = {
  407: { verdict: 'credential', means: 'A proxy on the way wants a log-in (RFC 9110 §15.5.8).' },
  408: {
    verdict: 'again',
    remedy: 'new-connection',
    uncured: 'gateway-busy',
    means: 'The request took something on the way too long; it may be repeated (RFC 9110 §15.5.9).',
  },
  421: {
    verdict: 'again',
    remedy: 'new-connection',
    uncured: 'gateway-busy',
    means: 'The connection leads to a server that does not answer for this name (RFC 9110 §15.5.20).',
  },
  425: { verdict: 'gateway-busy', means: 'The request came too early (RFC 8470 §5.2).' },
  451: { verdict: 'credential', means: 'Something on the way refuses for legal reasons (RFC 7725).' },
  499: {
    verdict: 'gateway-busy',
    means: 'The request was cancelled on the way: Google’s front end for CANCELLED.',
  },
  511: { verdict: 'credential', means: 'The network wants a log-in (RFC 6585 §6).' },
};

/** What the status alone says, where it could be about the form of the push or our right to send it. */
const ALONE: Readonly<Record<number, StatusMeaning>> = {
  400: { verdict: 'message', means: 'Something in the request is wrong.' },
  401: { verdict: 'credential', means: 'Something wants another credential.' },
  403: { verdict: 'credential', means: 'Something refuses this sender.' },
  // The gateways' own 404 gives a reason: a bare one comes from something else that answers in their place.
  404: { verdict: 'credential', means: 'What answers is not the gateway.' },
  413: { verdict: 'message', means: 'The request is too large.' },
  429: { verdict: 'gateway-busy', means: 'Too many requests.' },
};

/** `worded`: the gateway gave a reason of its own, which its table does not have. */
export function meaningOfStatus(status: number, worded: boolean): StatusMeaning {
  const row = ALWAYS[status] ?? ALONE[status];
  if (row !== undefined) return row;
  if (status >= 400 && status < 500 && worded)
    return {
      verdict: 'message',
      means: 'The gateway refuses the request, in words that are not documented.',
    };
  return {
    verdict: 'gateway-busy',
    means: 'The gateway, or something between us and it, does not do what it should.',
  };
}
