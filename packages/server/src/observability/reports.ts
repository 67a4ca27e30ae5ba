// Reports of delivery become log lines, metrics, and removed or suspended registrations.
import type { Logger } from 'pino';
import { NO_AUDIT } from '../audit/audit.ts';
import type { Audit } from '../audit/audit.ts';
import { removeDead } from '../contact/removal.ts';
import { CLOCK_MARGIN_MS } from '../contact/settings.ts';
import { suspend } from '../contact/suspension.ts';
import type { ChannelFingerprint } from '../contact/suspension.ts';
import type { ChannelName } from '../config/config.ts';
import type { DispatcherEvents } from '../delivery/dispatcher.ts';
import { diagnose } from '../doctor/diagnoses.ts';
import { laneOf } from '../delivery/work.ts';
import type { Metrics } from './metrics.ts';
import type { ContactChanges } from '../store/contact-change.ts';
import type { Traces } from '../tracing/traces.ts';

export function createReports({
  log,
  metrics,
  changes,
  fingerprintOf,
  audit = NO_AUDIT,
  traces,
}: {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly changes: ContactChanges;
  readonly fingerprintOf: ChannelFingerprint;
  readonly audit?: Audit;
  /** Undefined: off. */
  readonly traces?: Traces | undefined;
}): DispatcherEvents {
  return {
    attempt: (channel, gateway, outcome, { delivery, work, sentBefore, attempts }, at, sinceAcceptedMs) => {
      metrics.attempt(gateway, outcome, sinceAcceptedMs);
      metrics.channelAttempt(channel, outcome);
      if (traces !== undefined && work.trace !== undefined)
        traces.attempt({
          traceparent: work.trace,
          deliveryId: delivery.id,
          gateway,
          number: sentBefore + attempts.length + 1,
          at,
          ms: outcome.ms,
          outcome: outcome.kind,
          answer: outcome.answer,
        });
      if (!log.isLevelEnabled('debug')) return;
      log.debug(
        {
          deliveryId: delivery.id,
          gateway,
          outcome: outcome.kind,
          answer: outcome.answer,
          ms: Math.round(outcome.ms),
        },
        'attempt',
      );
    },
    tokenRefused: ({ instanceId, contactId, registrationId, lane }, effect, attempt) => {
      const answer = attempt.answer ?? '';
      const changed = changes.change<object>({
        key: { instanceId, contactId },
        rule: (document, now) => {
          const registration = document?.registrations.find((one) => one.registrationId === registrationId);
          // Registered again for another channel, for example APNS_SANDBOX: APNS's opinion of the token no longer
          // matters.
          if (registration && laneOf({ instanceId, ...registration }) !== lane)
            return { result: { movedTo: registration.deviceType } };
          return effect.kind === 'remove-registration'
            ? // Only a time from APNs is by another clock and needs a margin.
              removeDead(
                document,
                { registrationId, deadSince: effect.deadSince ?? attempt.at },
                now,
                effect.deadSince === undefined ? 0 : CLOCK_MARGIN_MS,
              )
            : suspend(document, { registrationId, reason: answer, askedAt: attempt.at }, fingerprintOf);
        },
      });
      changed.then(
        (result) => {
          if ('removed' in result && result.removed === true)
            audit.note({
              operation: 'RemoveDeadRegistration',
              result: 'ok',
              instanceId,
              contactId,
              registrationId,
            });
          log.info(
            { instanceId, contactId, registrationId, gateway: attempt.gateway, answer, ...result },
            'device token refused',
          );
        },
        (error: unknown) =>
          // The gateway will give the same answer to the next push.
          log.warn(
            { err: error, instanceId, contactId, registrationId, answer },
            'cannot change the registration',
          ),
      );
    },
    connectFailed: (gateway, about) => metrics.connectFailed(gateway, about),
    outage: ({ applicationArn, deviceType, since, ...outage }, isNew) => {
      const { says, cure } = diagnose(outage.answer, deviceType as ChannelName) ?? {};
      log.warn(
        { applicationArn, channel: deviceType, ...outage, says, cure, since: new Date(since).toISOString() },
        isNew ? 'the channel is closed; its deliveries wait' : 'the channel is still closed',
      );
    },
    doubted: (channel, share) => {
      if (share)
        log.warn(
          { channel, ...share },
          'so many device tokens are refused that no registration is removed or suspended for now; check the topic, environment and project of this channel',
        );
      else log.info({ channel }, 'refusals of device tokens are trusted again');
    },
    outageOver: ({ applicationArn, deviceType, gateway, since, waiting }) =>
      log.info(
        { applicationArn, channel: deviceType, gateway, since: new Date(since).toISOString(), waiting },
        'the channel is open again',
      ),
    storeFailed: (what, error) => {
      metrics.storeFailed();
      log.error({ err: error, what }, 'a store call failed; it is retried');
    },
    unreadable: ({ instanceId, contactId }) =>
      log.error(
        { instanceId, contactId },
        'the stored contact cannot be read; its deliveries wait until it is repaired or removed in the store',
      ),
    lost: (deliveryIds) => {
      metrics.lost(deliveryIds.length);
      log.warn(
        { deliveries: deliveryIds.length },
        'deliveries could not be settled because their leases had ended; another node has them',
      );
    },
  };
}
