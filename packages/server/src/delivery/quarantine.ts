// For a gateway that refuses so many device tokens at once that its channel may be misconfigured: removals stop,
// pushes continue.
//
//   believed ──half of the tokens refused──► doubted ──enough tokens accepted──► believed: what was noted is done
//                                               └──a token refused again, minutes later──► that one is believed
//
// A channel with the wrong topic, environment or project accepts nothing, so accepted tokens distinguish a mass
// uninstall from a mistake. A mistake shows as APNs' BadDeviceToken and DeviceTokenNotForTopic and FCM's
// SENDER_ID_MISMATCH, which suspend a registration until the mistake is fixed; APNs' 410 and FCM's UNREGISTERED say
// that this channel once knew the token.
import { createRecentAnswers } from './recent-answers.ts';
import { QUARANTINE } from './retry.ts';

export interface Quarantine {
  /** A push was accepted for this token. */
  accepted(deviceToken: string): void;
  /**
   * A token was refused. Undefined: the answer is trusted. Otherwise how long to wait before the token is tried
   * again; `remove` runs earlier if the channel proves to be healthy. Suspicions about a token are not noted,
   * because the channel may be a different one by then.
   */
  refused(deviceToken: string, registrationId: string, remove?: () => void): number | undefined;
  readonly isDoubted: boolean;
  /** Refused registrations that wait for the decision. */
  readonly noted: number;
}

export interface QuarantineEvents {
  /** This share of the last tokens was refused; undefined: the channel is trusted again. */
  doubted(share: { readonly refused: number; readonly of: number } | undefined): void;
}

export function createQuarantine(monotonic: () => number, events: QuarantineEvents): Quarantine {
  const answers = createRecentAnswers(monotonic);
  /** Registrations refused while the channel is not trusted. */
  const notes = new Map<string, { readonly at: number; readonly remove: (() => void) | undefined }>();
  /** Tokens accepted since then; undefined: the channel is trusted. */
  let living: Set<string> | undefined;
  let refusedAt = -Infinity;
  let trustedUntil = -Infinity;

  function believe(): void {
    living = undefined;
    const noted = [...notes.values()];
    notes.clear();
    trustedUntil = monotonic() + QUARANTINE.trustMs;
    for (const { remove } of noted) remove?.();
    events.doubted(undefined);
  }

  function isDoubted(): boolean {
    // Nothing was refused for so long that the next refusal is a separate incident.
    if (living && monotonic() - refusedAt > QUARANTINE.quietMs) {
      for (const [registrationId, { at }] of notes) notes.set(registrationId, { at, remove: undefined });
      believe();
    }
    return living !== undefined;
  }

  return {
    accepted: (deviceToken) => {
      answers.accepted(deviceToken);
      if (!isDoubted()) return;
      living!.add(deviceToken);
      if (
        living!.size >= QUARANTINE.minLiving &&
        living!.size >= (living!.size + notes.size) * QUARANTINE.livingShare
      )
        believe();
    },
    refused: (deviceToken, registrationId, remove) => {
      const now = monotonic();
      const wasDoubted = isDoubted();
      const share = answers.refused(deviceToken);
      refusedAt = now;
      if (!wasDoubted) {
        const isWave =
          now >= trustedUntil &&
          share.of >= QUARANTINE.minTokens &&
          share.refused >= share.of * QUARANTINE.refusedShare;
        if (!isWave) return undefined;
        living = new Set();
        events.doubted(share);
      }
      const note = notes.get(registrationId);
      const waitMs = note ? note.at + QUARANTINE.againMs - now : QUARANTINE.againMs;
      if (waitMs <= 0) {
        notes.delete(registrationId);
        return undefined;
      }
      if (note) return waitMs;
      // Beyond this, a registration is simply tried once more later: the process's memory is worth more than the
      // note.
      if (notes.size < QUARANTINE.mostNotes) notes.set(registrationId, { at: now, remove });
      return waitMs;
    },
    get isDoubted() {
      return isDoubted();
    },
    get noted() {
      return notes.size;
    },
  };
}
