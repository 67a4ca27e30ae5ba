// A separate process: a backend that floods one instance. It keeps the given number of calls of 300 events in flight until its
// standard input ends, retries refused calls after Retry-After like the AWS SDKs, and prints what was acknowledged.
//   node bench/flooder.ts <service url> <run> <in flight>, with the texts as a line of JSON on standard input.
//   Prints a line when it starts.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { openConnections } from './connections.ts';
import type { Answer } from './connections.ts';
import { chatEvents } from './requests.ts';
import type { Message } from './requests.ts';
import { CONTACTS } from './service.ts';

export const EVENTS = 300;
const PATIENCE_MS = 20_000;

export interface Flooded {
  /** Ids of events that were acknowledged with a delivery. */
  readonly acknowledged: readonly string[];
  /** How often each status came; 0 for no answer. */
  readonly statuses: Readonly<Record<number, number>>;
}

const [url, run, inFlightText] = process.argv.slice(2) as [string, string, string];
const input = createInterface(process.stdin);
const [line] = (await once(input, 'line')) as [string];
const texts = JSON.parse(line) as Pick<Message, 'text' | 'contentType'>[];

const connections = openConnections(new URL(url));
const acknowledged: string[] = [];
const statuses: Record<number, number> = {};
const stop = new AbortController();
let calls = 0;

interface Call {
  readonly messages: readonly Message[];
  readonly request: Buffer;
}

function nextCall(): Call {
  const call = calls++;
  const messages = Array.from({ length: EVENTS }, (_, index) => ({
    id: `${run}-${call}-${index}`,
    contactId: `flood-${(call * EVENTS + index) % CONTACTS}`,
    ...texts[index % texts.length],
  }));
  return { messages, request: chatEvents(url, messages, 'flood') };
}

async function flood(first: Call): Promise<void> {
  for (let call = first; !stop.signal.aborted; call = nextCall()) {
    while (!stop.signal.aborted) {
      const answer = await connections.send(call.request).catch(() => undefined);
      const status = answer?.status ?? 0;
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (answer !== undefined && status === 200) {
        take(answer, call.messages);
        break;
      }
      const seconds = Number(answer?.headers.get('retry-after') ?? 1);
      await sleep(seconds * 1000, undefined, { signal: stop.signal }).catch(() => {}); // the flood has ended
    }
  }
}

function take({ body }: Answer, messages: readonly Message[]): void {
  const { Results } = JSON.parse(body) as { Results: { Deliveries: number }[] };
  for (const [index, { Deliveries }] of Results.entries())
    if (Deliveries === 1) acknowledged.push(messages[index]!.id);
}

input.on('close', () => stop.abort());
// Signed in advance, so that all arrive at once.
const first = Array.from({ length: Number(inFlightText) }, nextCall);
process.stdout.write('flooding\n');
const running = Promise.all(first.map(flood));
await once(input, 'close');
// Calls in flight may still be acknowledged.
await Promise.race([running, sleep(PATIENCE_MS)]);
connections.close();
const flooded: Flooded = { acknowledged, statuses };
process.stdout.write(`${JSON.stringify(flooded)}\n`, () => process.exit(0));
