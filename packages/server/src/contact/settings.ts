// The numbers of a contact's life. Amazon documents none of them (only the chat's own limit of 7 days), so these are ours.

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export interface ContactSettings {
  /** Registrations a contact may hold. */
  readonly registrations: number;
  /** A contact ends by itself so long after its start or its last registration. */
  readonly lifetimeMs: number;
  /** A notification is worth sending for so long after its event. */
  readonly ttlMs: number;
}

export const DEFAULT_CONTACT_SETTINGS: ContactSettings = {
  registrations: 10,
  // The longest chat Amazon Connect allows ("Chat duration", feature limits page).
  lifetimeMs: 7 * DAY_MS,
  ttlMs: 12 * HOUR_MS,
};

/** No notification is kept longer, whatever the settings say: the store remembers deliveries for this and an hour. */
export const LONGEST_TTL_MS = 7 * DAY_MS;

/** A document must fit into this many bytes of UTF-8. */
export const DOCUMENT_LIMIT_BYTES = 65_536;

/** The newest deleted registrations are remembered, so that a repeated Delete is answered as the first was. */
export const TOMBSTONES = { kept: 16, keptMs: DAY_MS } as const;

/** A suspension remembers the newest channels that refused the token: more than a change of settings that is rolled out has. */
export const CHANNELS_REMEMBERED = 4;

/** SNS is unordered: what was said before the end may arrive after it. */
export const GRACE = {
  /** How far behind the end an event's own time may lie: clocks of the platform's parts differ. */
  clocksMs: 2_000,
  /** For how long after the end was learnt such events still push. */
  arrivalMs: 5 * MINUTE_MS,
} as const;

/** An event's own time is believed this far into the future. */
export const FUTURE_MS = 5 * MINUTE_MS;

/** A contact that is over leaves a stub without tokens for so long. */
export const STUB_MS = 7 * DAY_MS;

/** Between APNs' clock, which dates a dead token, and ours, which dates a registration. */
export const CLOCK_MARGIN_MS = 5_000;
