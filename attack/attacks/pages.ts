// Pages, and requests that a browser could be tricked into: foreign Host and Origin, script injection, routes that production
// does not have.
import type { Attack } from '../attack.ts';
import { converse } from '../conversation.ts';

const SCRIPT = '"><script>alert(1)</script>';
const HEADS: readonly { readonly head: string; readonly allowed: readonly number[] }[] = [
  { head: 'GET / HTTP/1.1\r\nHost: evil.example', allowed: [403] },
  { head: 'GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: https://evil.example', allowed: [403] },
  { head: 'GET /console/ HTTP/1.1\r\nHost: 127.0.0.1', allowed: [404] },
  { head: 'GET /emulator/phones HTTP/1.1\r\nHost: localhost', allowed: [404] },
  { head: 'PUT /emulator/faults HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0', allowed: [404] },
  { head: `GET /?${SCRIPT} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html`, allowed: [200] },
  { head: `GET /${SCRIPT} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html`, allowed: [404] },
  { head: 'GET /readyz?verbose HTTP/1.1\r\nHost: 127.0.0.1', allowed: [200] },
  { head: 'HEAD / HTTP/1.1\r\nHost: 127.0.0.1', allowed: [200] },
  { head: 'GET /livez HTTP/1.0', allowed: [403] },
];

export const pages: Attack = {
  says: 'pages with foreign Host and Origin, scripts in addresses, routes that do not exist',
  run: async ({ target, findings }) => {
    await Promise.all(
      HEADS.map(async ({ head, allowed }) => {
        // HEAD answers have the length of a body and no body.
        const patienceMs = head.startsWith('HEAD') ? 500 : 15_000;
        const { answers } = await converse(target.port, `${head}\r\n\r\n`, { patienceMs });
        for (const answer of answers) {
          findings.judge(answer, head, allowed);
          if (answer.headers.get('content-type')?.includes('html') && answer.body.includes('<script'))
            findings.add('a script in a page', head);
          if (answer.headers.get('x-content-type-options') !== 'nosniff')
            findings.add('an answer without nosniff', head);
        }
      }),
    );
  },
};
