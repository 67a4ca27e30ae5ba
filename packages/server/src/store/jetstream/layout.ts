// The store on NATS JetStream: which subject holds what. Every subject keeps one message, its latest. Every write
// names the sequence that it expects to find, so of two nodes only one wins. Related writes are one atomic batch.
//
//   stream chatpush                                       one for all nodes and settings
//     chatpush.node.<node>                 a node's last heartbeat       expected: its previous one, or it was evicted
//     chatpush.set.<kind>.<id>             a setting
//
//   stream chatpush-<s>                                   one per shard; an instance is in one shard
//     chatpush.<s>.doc.<i>.<c>             a contact document            expected: the version it was made from ─ contact-changed
//     chatpush.<s>.tok.<i>.<t>             a ClientToken's claim         expected: nothing there ──────────────── token-taken
//     chatpush.<s>.dlv.<i>.<c>.<d>         a delivery's id, and the parcel it is in; written once
//     chatpush.<s>.par.<i>.<p>             a parcel: up to 64 deliveries that were enqueued together, each while it
//                                          waits with its text and who leased it, then without
//     chatpush.<s>.tip                     written after every change but claims: shows how far to read, and from where
//
//   enqueue   dlv of each, then par       expected: no such dlv ────────────────── known
//   claim     par, some rows with owner   expected: the sequence that was free
//   settle    par, some rows ended        expected: the sequence that was leased ─ lost
//   replay    par, one row waiting        expected: the sequence that was read ─── changed
//
// The servers' work is per message, not per delivery (docs/decisions/0008). If another node has changed other rows of
// a parcel meanwhile, the change is made again on what that node wrote.
//
// Each node follows the heads of `par`, never texts, so it has in memory what waits in which lane, and since when. It
// chooses there, and the expected sequence decides. A lease is a name in a row, and is valid while that node sends
// heartbeats; the leases of a dead node need no further write. A tip names the oldest message that may still have a
// waiting delivery, so a node that starts reads from there. Subjects contain hashes, because names may have characters
// that subjects cannot have; heads contain the names.
import { hash, randomBytes } from 'node:crypto';
import { locatorOf } from '../registration-id.ts';

/** Of each shard: the kind of entry that a subject holds. */
export type Kind = 'doc' | 'tok' | 'dlv' | 'par';

/** The header with the head of a message: JSON, what is read without its text. */
export const HEAD = 'Chatpush';

/** 96 bits of a hash: with a thousand million names, the probability of a collision is below 10⁻¹¹. */
export function hashed(...names: readonly string[]): string {
  let text = '';
  // Each is preceded by its length, so that no two lists give the same text.
  for (const name of names) text += `${name.length}:${name}`;
  return hash('sha256', text, 'base64url').slice(0, 16);
}

export interface ShardLayout {
  readonly stream: string;
  /** All subjects of the stream. */
  readonly all: string;
  readonly tip: string;
  subject(kind: Kind, rest: string): string;
  /** The part after the kind. */
  restOf(subject: string): string;
}

export function shardLayout(prefix: string, shard: number): ShardLayout {
  const base = `${prefix}.${shard}`;
  return {
    stream: `${prefix}-${shard}`,
    all: `${base}.>`,
    tip: `${base}.tip`,
    subject: (kind, rest) => `${base}.${kind}.${rest}`,
    restOf: (subject) => subject.slice(base.length + 5),
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

/** The part after the kind in the subjects of these entries. */
export const contactRest = (instanceId: string, contactId: string): string =>
  locatedRest(instanceId, locatorOf(contactId));
/** A contact by its locator, which its registration ids contain: it is `hashed(contactId)` in hexadecimal. */
export const locatedRest = (instanceId: string, locator: string): string =>
  `${hashed(instanceId)}.${Buffer.from(locator, 'hex').toString('base64url')}`;
/** The id of a delivery, by which a contact's deliveries are found, too. */
export const deliveryRest = (of: {
  readonly instanceId: string;
  readonly contactId: string;
  readonly id: string;
}): string => `${contactRest(of.instanceId, of.contactId)}.${hashed(of.id)}`;
export const newParcelName = (instanceId: string): string =>
  `${hashed(instanceId)}.${randomBytes(12).toString('base64url')}`;
export const claimRest = (instanceId: string, operation: string, token: string): string =>
  `${hashed(instanceId)}.${hashed(operation, token)}`;

/** The shard of an instance, which never changes: the number of shards is fixed when the streams are created. */
export function shardOf(instanceId: string, shards: number): number {
  return Number.parseInt(hash('sha256', instanceId, 'hex').slice(0, 8), 16) % shards;
}
