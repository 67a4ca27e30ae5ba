// Sends with `fetch`, the platform's or the caller's.
import { MAX_ANSWER_LENGTH } from './platform.ts';
import type { Send } from './platform.ts';

export const sendByFetch =
  (fetch: typeof globalThis.fetch): Send =>
  async ({ origin, target, method, headers, body }, ending) => {
    const controller = new AbortController();
    ending.onEnd((reason) => controller.abort(reason));
    const response = await fetch(`${origin}${target}`, {
      method,
      headers,
      // A redirect would send the session token to another host, with a signature that is not valid there.
      redirect: 'manual',
      signal: controller.signal,
      ...(body !== undefined && { body }),
    });
    return { status: response.status, headers: response.headers, text: await read(response) };
  };

async function read(response: Response): Promise<string> {
  // A caller's own `fetch`, and React Native's, may answer without a stream.
  const reader = (response.body as Response['body'] | undefined)?.getReader();
  if (reader === undefined) return response.text();
  const decoder = new TextDecoder();
  let text = '';
  while (text.length < MAX_ANSWER_LENGTH) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return text;
}
