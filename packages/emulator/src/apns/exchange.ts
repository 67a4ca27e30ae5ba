// One push to the emulated APNs.
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { Clock } from '../clock.ts';
import type { Answer, Exchange } from '../exchange.ts';
import type { FaultRule } from '../fault-rule.ts';
import { DEVICE_TYPES, keptHeaders } from '../notification.ts';
import type { Phones } from '../phones.ts';
import type { Said } from '../logged-request.ts';
import type { RequestLog } from '../request-log.ts';
import type { Strict } from '../strictness.ts';
import type { Line } from './line.ts';
import type { ProviderTokens } from './provider-token.ts';
import { statusOf, usualReason, type Reason } from './reasons.ts';
import {
  bundleIdOf,
  duplicated,
  headerFault,
  KEPT_BYTES,
  payloadFault,
  routed,
  topicFault,
} from './request.ts';

export interface ApnsPlace {
  gateway: 'apns' | 'apns-sandbox';
  phones: Phones;
  log: RequestLog;
  tokens: ProviderTokens;
  strict: Strict;
  clock: Clock;
}

interface Refusal {
  reason: Reason;
  /** Since when the device is gone, in ms since 1970; only with 410. */
  timestamp?: number;
}

export class ApnsExchange implements Exchange {
  readonly line: Line;
  readonly stream: ServerHttp2Stream;
  deviceToken: string | undefined;
  #place: ApnsPlace;
  #headers: IncomingHttpHeaders;
  #raw: readonly string[];
  #route: ReturnType<typeof routed>;
  #id: string;
  #body: Buffer | undefined;
  #bytes = 0;
  #finished = false;
  #accepted = false;

  constructor(
    place: ApnsPlace,
    line: Line,
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    raw: readonly string[],
  ) {
    this.#place = place;
    this.line = line;
    this.stream = stream;
    this.#headers = headers;
    this.#raw = raw;
    this.#route = routed(headers);
    if (typeof this.#route === 'object') this.deviceToken = this.#route.deviceToken;
    this.#id = (headers['apns-id'] as string | undefined) ?? randomUUID();
  }

  get connection(): Line['connection'] {
    return this.line.connection;
  }

  /** The topic that was sent, or the one of the certificate. */
  get topic(): string | undefined {
    return (this.#headers['apns-topic'] as string | undefined) ?? this.line.certifiedBundleId;
  }

  take(chunk: Buffer): void {
    if (this.#body === undefined) this.#body = chunk;
    else if (this.#bytes < KEPT_BYTES) this.#body = Buffer.concat([this.#body, chunk]);
    this.#bytes += chunk.length;
  }

  serve(): Answer {
    const refusal = this.#judge();
    if (refusal !== undefined)
      return this.#refused(refusal.reason, statusOf(refusal.reason), refusal.timestamp);
    this.#accepted = true;
    this.line.accepted();
    return { status: 200, headers: this.#answerHeaders(), verdict: 'accepted' };
  }

  failure({ status, reason, retryAfterSeconds, timestamp, fault }: FaultRule): Answer {
    const said = reason ?? (fault === 'quota' ? 'TooManyRequests' : usualReason(status ?? 400));
    const answer = this.#refused(said, status ?? statusOf(said), timestamp ?? this.#place.clock.now());
    if (retryAfterSeconds !== undefined) answer.headers['retry-after'] = String(retryAfterSeconds);
    return answer;
  }

  send({ status, headers, body, verdict }: Answer, fault?: string): void {
    if (this.#finished) return; // the sender gave up before a slow answer
    this.#log(verdict, status, fault, status === 200 ? undefined : { headers: { ...headers }, body });
    if (this.stream.destroyed || this.stream.closed) return;
    const fields: OutgoingHttpHeaders = headers;
    fields[':status'] = status;
    if (body === undefined) {
      this.stream.respond(fields, { endStream: true });
    } else {
      this.stream.respond(fields);
      this.stream.end(body);
    }
  }

  unanswered(verdict: string, fault?: string): void {
    this.#log(verdict, undefined, fault);
  }

  /** The stream has closed: without an answer, if the sender gave up. */
  closed(): void {
    if (!this.#finished) this.unanswered('abandoned by the sender');
  }

  debugText(reason: string): string {
    return JSON.stringify({ reason });
  }

  /** Everything APNs checks, in order; undefined if the push was delivered. */
  #judge(): Refusal | undefined {
    const { clock, phones, strict, gateway } = this.#place;
    const headers = this.#headers;
    if (typeof this.#route === 'string' && this.#route !== 'BadDeviceToken') return { reason: this.#route };
    if (duplicated(headers, this.#raw)) return { reason: 'DuplicateHeaders' };
    const now = clock.now();
    const type = headers['apns-push-type'] as string | undefined;
    const topic = this.topic;
    const reason = this.#credentialFault(now) ?? headerFault(headers);
    if (reason !== undefined) return { reason };
    if (topic === undefined || topic === '') return { reason: 'MissingTopic' };
    const badTopic = topicFault(topic, type) ?? this.line.topicFault(topic);
    if (badTopic !== undefined) return { reason: badTopic };
    const body = this.#body?.toString() ?? '';
    const badPayload = payloadFault(body, this.#bytes, type);
    if (badPayload !== undefined) return { reason: badPayload };
    if (this.deviceToken === undefined) return { reason: 'BadDeviceToken' };
    const phone = phones.find(this.deviceToken);
    if (phone?.uninstalledAt !== undefined) return { reason: 'Unregistered', timestamp: phone.uninstalledAt };
    if (phone?.installed === undefined) {
      if (strict.tokens) return { reason: 'BadDeviceToken' };
    } else if (phone.installed.deviceType !== DEVICE_TYPES[gateway]) {
      return { reason: 'BadDeviceToken' };
    } else if (phone.installed.app !== undefined && phone.installed.app !== bundleIdOf(topic)) {
      return { reason: 'DeviceTokenNotForTopic' };
    }
    phones.receive(this.deviceToken, { gateway, app: topic, headers, body });
    return undefined;
  }

  #credentialFault(now: number): Reason | undefined {
    const { tokens, strict } = this.#place;
    if (this.line.certifiedBundleId !== undefined) return this.line.certificateFault(Boolean(strict.keys));
    const authorization = this.#headers.authorization;
    const token = tokens.check(authorization, now);
    return typeof token === 'string' ? token : this.line.tokenFault(authorization ?? '', token, now);
  }

  #refused(reason: string, status: number, timestamp: number | undefined): Answer {
    return {
      status,
      headers: { ...this.#answerHeaders(), 'content-type': 'application/json' },
      body: JSON.stringify(status === 410 ? { reason, timestamp } : { reason }),
      verdict: reason,
    };
  }

  #answerHeaders(): Record<string, string> {
    return this.#place.gateway === 'apns'
      ? { 'apns-id': this.#id }
      : { 'apns-id': this.#id, 'apns-unique-id': randomUUID() };
  }

  #log(
    verdict: string,
    status: number | undefined,
    fault: string | undefined,
    answer?: Said['answer'],
  ): void {
    this.#finished = true;
    const logged = {
      at: this.#place.clock.now(),
      gateway: this.#place.gateway,
      connection: this.connection.n,
      stream: this.stream.id,
      deviceToken: this.deviceToken,
      app: this.topic,
      apnsId: this.#id,
      accepted: this.#accepted,
      status,
      verdict,
      fault,
    };
    this.#place.log.add(logged, () => ({
      headers: keptHeaders(this.#headers),
      body: this.#body?.toString() ?? '',
      answer,
    }));
  }
}
