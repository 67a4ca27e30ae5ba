// The limits of a contact. Amazon documents only one of them (the chat's own limit of 7 days); the others are ours.

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export interface ContactSettings {
  /** Registrations a contact may hold. */
  readonly registrations: number;
  /** A contact ends by itself this long after its start or its last registration. */
  readonly lifetimeMs: number;
  /** A notification is worth sending for this long after its event. */
  readonly ttlMs: number;
}

export const DEFAULT_CONTACT_SETTINGS: ContactSettings = {
  registrations: 10,
  // The longest chat Amazon Connect allows ("Chat duration", feature limits page).
  lifetimeMs: 7 * DAY_MS,
  ttlMs: 12 * HOUR_MS,
};

/**
 * No notification lives longer, whatever the settings say: the store remembers deliveries for this long plus an
 * hour.
 */
export const LONGEST_TTL_MS = 7 * DAY_MS;

/** A document must fit into this many bytes of UTF-8. */
export const DOCUMENT_LIMIT_BYTES = 65_536;

/** The newest deleted registrations are remembered, so that a repeated Delete gets the same answer as the first. */
export const TOMBSTONES = { kept: 16, keptMs: DAY_MS } as const;

/**
 * A suspension remembers the newest channels that refused the token: more than are in use while a change of
 * settings is rolled out.
 */
export const CHANNELS_REMEMBERED = 4;

/** SNS is unordered: a message from before the end may arrive after it. */
export const GRACE = {
  /** How far after the end an event's own time may lie: the clocks of the platform's parts differ. */
  clocksMs: 2_000,
  /** For how long after the service learnt of the end such events are still pushed. */
  arrivalMs: 5 * MINUTE_MS,
} as const;

/** How far in the future an event's own time is accepted. */
export const FUTURE_MS = 5 * MINUTE_MS;

/** A contact that is over leaves a stub without tokens for this long. */
export const STUB_MS = 7 * DAY_MS;

/** Allowed difference between APNs' clock, which dates a dead token, and ours, which dates a registration. */
export const CLOCK_MARGIN_MS = 5_000;
