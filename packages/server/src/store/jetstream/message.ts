// A message as this store writes it: a head, which followers read too, and a text.
import type { MsgHdrs } from '@nats-io/transport-node';
import { HEAD } from './layout.ts';

/** A message to write. */
export interface NewMessage {
  readonly subject: string;
  readonly head: object;
  readonly text?: string;
  /** Written only if the subject's last message has this sequence; 0: there is no message. */
  readonly expected?: { readonly sequence: number };
  /** The server removes it by itself after this time. */
  readonly keepMs?: number;
}

/** A message that was read. */
export interface Found<Head> {
  readonly subject: string;
  readonly sequence: number;
  readonly head: Head;
  readonly text: string;
}

interface RawMessage {
  readonly subject: string;
  readonly seq: number;
  readonly header: MsgHdrs;
  readonly data: Uint8Array;
}

const decoder = new TextDecoder();

export function readHead(header: MsgHdrs | undefined): object | undefined {
  const text = header?.get(HEAD) ?? '';
  return text === '' ? undefined : (JSON.parse(text) as object);
}

export function toFound<Head>({ subject, seq, header, data }: RawMessage): Found<Head> | undefined {
  const head = readHead(header);
  return head && { subject, sequence: seq, head: head as Head, text: decoder.decode(data) };
}

/** `Nats-TTL` counts whole seconds, at least one. */
const ttlSeconds = (keepMs: number): number => Math.max(1, Math.ceil(keepMs / 1000));

/** The lines of its header. JSON has no line breaks. */
export function headerOf({ head, expected, keepMs }: NewMessage): string {
  let lines = `${HEAD}: ${JSON.stringify(head)}\r\n`;
  if (expected) lines += `Nats-Expected-Last-Subject-Sequence: ${expected.sequence}\r\n`;
  if (keepMs !== undefined) lines += `Nats-TTL: ${ttlSeconds(keepMs)}\r\n`;
  return lines;
}
