// The store on NATS JetStream: which subject holds what. Every subject keeps one message, its latest; every write names the
// sequence that it expects to find, so that of two nodes one wins. What belongs together is one atomic batch.
//
//   stream chatpush                                       one for all nodes and settings
//     chatpush.node.<node>                 a node's last beat            expected: its beat before, or there was an eviction
//     chatpush.set.<kind>.<id>             a setting
//
//   stream chatpush-<s>                                   one per shard; an instance is in one shard
//     chatpush.<s>.doc.<i>.<c>             a contact document            expected: the version it was made from ─ contact-changed
//     chatpush.<s>.tok.<i>.<t>             a ClientToken's claim         expected: nothing there ──────────────── token-taken
//     chatpush.<s>.due.<day>.<i>.<c>.<d>   a delivery that waits, with its text; says who leased it
//     chatpush.<s>.log.<day>.<i>.<c>.<d>   a delivery that is over, without its text (but for what a replay needs)
//     chatpush.<s>.tip                     written behind every change but claims: how far a node must have read to know all
//
//   enqueue   due                 expected: nothing at *.*.<i>.<c>.<d> ────── known
//   claim     due, with an owner  expected: the sequence that was free
//   settle    log + due emptied   expected: the sequence that was leased ──── lost
//   replay    due + log emptied   expected: the sequence that was read ────── changed
//
// Each node follows `due` (heads only, never texts) and so has in memory what waits in which lane, and since when: it chooses
// there, and the expected sequence decides. A lease is a name in the head, and it counts while that node beats; the leases of a
// node that is gone need no second write. Subjects hold hashes, since names have characters that subjects cannot; heads hold
// the names.
import { hash } from 'node:crypto';

/** Of each shard: what kind of thing a subject holds. */
export type Kind = 'doc' | 'tok' | 'due' | 'log';

/** The header that holds the head of a message: JSON, all but long texts. */
export const HEAD = 'Chatpush';

/** 96 bits of a hash: at a thousand million names, two meet with a probability below 10⁻¹¹. */
export function hashed(...names: readonly string[]): string {
  let text = '';
  // Each behind its length: no two lists read the same.
  for (const name of names) text += `${name.length}:${name}`;
  return hash('sha256', text, 'base64url').slice(0, 16);
}

export interface ShardLayout {
  readonly stream: string;
  /** All that the stream takes in. */
  readonly all: string;
  readonly tip: string;
  subject(kind: Kind, rest: string): string;
  /** What follows the kind. */
  restOf(subject: string): string;
  /** Of a delivery, whether it waits or is over, under any day. */
  anyOf(rest: string): string;
  /** All deliveries of a day. */
  ofDay(day: string): string;
}

export function shardLayout(prefix: string, shard: number): ShardLayout {
  const base = `${prefix}.${shard}`;
  return {
    stream: `${prefix}-${shard}`,
    all: `${base}.>`,
    tip: `${base}.tip`,
    subject: (kind, rest) => `${base}.${kind}.${rest}`,
    restOf: (subject) => subject.slice(base.length + 5),
    anyOf: (rest) => `${base}.*.*.${identity(rest)}`,
    ofDay: (day) => `${base}.*.${day}.>`,
  };
}

export const controlLayout = (prefix: string) => ({
  stream: prefix,
  all: [`${prefix}.node.*`, `${prefix}.set.*.*`],
  node: (name: string) => `${prefix}.node.${hashed(name)}`,
  setting: (kind: string, id: string) => `${prefix}.set.${kind}.${hashed(id)}`,
  settings: (kind: string) => `${prefix}.set.${kind}.*`,
  nodes: `${prefix}.node.*`,
  hint: `${prefix}.hint`,
});

/** What follows the kind in the subjects of these things. */
export const contactRest = (instanceId: string, contactId: string): string =>
  `${hashed(instanceId)}.${hashed(contactId)}`;
export const claimRest = (instanceId: string, operation: string, token: string): string =>
  `${hashed(instanceId)}.${hashed(operation, token)}`;

/** `<i>.<c>.<d>` of what follows the kind in a delivery's subject. */
export const identity = (rest: string): string => rest.slice(rest.indexOf('.') + 1);

/** The shard of an instance, for ever: the number of shards is fixed when the streams are created. */
export function shardOf(instanceId: string, shards: number): number {
  return Number.parseInt(hash('sha256', instanceId, 'hex').slice(0, 8), 16) % shards;
}
