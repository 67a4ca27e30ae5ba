// Sending by `fetch`, the platform's or the caller's own.
import type { Send } from './platform.ts';

export const sendByFetch =
  (fetch: typeof globalThis.fetch): Send =>
  async ({ origin, target, method, headers, body }, ending) => {
    const controller = new AbortController();
    ending.onEnd((reason) => controller.abort(reason));
    const response = await fetch(`${origin}${target}`, {
      method,
      headers,
      // A redirect would take the session token to another host, under a signature that is not valid there.
      redirect: 'manual',
      signal: controller.signal,
      ...(body !== undefined && { body }),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
