// The running service's answer to `chatpush rekey`.
import type { ServerResponse } from 'node:http';
import type { Applications } from './open-applications.ts';
import { rekey } from './rekey.ts';

/** 200: every credential is encrypted under the first key; 500: some are not, and why. */
export async function answerRekey(
  response: ServerResponse,
  { stored, sealing }: Pick<Applications, 'sealing' | 'stored'>,
): Promise<void> {
  const present = sealing();
  if (present === undefined) {
    response
      .writeHead(500)
      .end('CHATPUSH_SECRET_KEY is not set in the service: there is no key to encrypt under.');
    return;
  }
  const { changed, current, failed } = await rekey(stored, present);
  const lines = [`${changed} encrypted again, ${current} were under the first key already.`];
  for (const { arn, channel, why } of failed) lines.push(`${channel} of ${arn} is unchanged. ${why}`);
  response.writeHead(failed.length === 0 ? 200 : 500).end(lines.join('\n'));
}
