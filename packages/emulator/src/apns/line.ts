// What APNs remembers about a connection: the key it is bound to, its stream limit, its provider tokens.
import type { PeerCertificate } from 'node:tls';
import type { Connection } from '../connection.ts';
import type { ProviderToken } from './provider-token.ts';
import { bundleIdOf, type Environment } from './request.ts';
import type { Reason } from './reasons.ts';

/** Concurrent streams before and after the first valid provider token. The second was observed on the real gateway. */
const FIRST_STREAMS = 1;
const USUAL_STREAMS = 1000;
/** One new provider token is allowed per this many milliseconds. */
const UPDATE_MS = 20 * 60_000;

/** SETTINGS as observed on the real gateway, https://github.com/jchambers/pushy/issues/878 */
export const FIRST_SETTINGS = {
  headerTableSize: 4096,
  maxConcurrentStreams: FIRST_STREAMS,
  initialWindowSize: 65_535,
  maxFrameSize: 16_384,
  maxHeaderListSize: 8000,
};

export class Line {
  readonly connection: Connection;
  #environment: Environment;
  #bound: ProviderToken | undefined;
  #current: ProviderToken | undefined;
  #tokens = new Set<string>();
  #updatedAt = -Infinity;
  #limit = FIRST_STREAMS;
  #certificate: PeerCertificate | undefined;

  constructor(connection: Connection, environment: Environment) {
    this.connection = connection;
    this.#environment = environment;
    const certificate = connection.tls.getPeerCertificate();
    if (Object.keys(certificate).length > 0) {
      this.#certificate = certificate;
      this.limit(USUAL_STREAMS); // connections with a certificate are trusted from the start
    }
  }

  /** The bundle id of the provider certificate, if the connection has one. */
  get certifiedBundleId(): string | undefined {
    if (this.#certificate === undefined) return undefined;
    return this.#named('UID') ?? this.#named('CN')?.split(': ')[1] ?? '';
  }

  /** What is wrong with the provider certificate. `strict`: it must be the emulator's own. */
  certificateFault(strict: boolean): Reason | undefined {
    if (strict && !this.connection.tls.authorized) return 'BadCertificate';
    // Development certificates are named "Apple Development … Push Services: …".
    return /\bDevelopment\b/.test(this.#named('CN') ?? '') && this.#environment === 'production'
      ? 'BadCertificateEnvironment'
      : undefined;
  }

  /**
   * What is wrong with a valid provider token on this connection. Apple documents that another team, an unrelated key
   * and a key of another environment are errors; the reason for another team is our interpretation.
   */
  tokenFault(authorization: string, token: ProviderToken, now: number): Reason | undefined {
    if (token === this.#current) return undefined; // the same bytes are the same object, see ProviderTokens
    const { key } = token;
    if (key?.environments !== undefined && !key.environments.includes(this.#environment))
      return 'BadEnvironmentKeyIdInToken';
    if (this.#bound !== undefined && token.teamId !== this.#bound.teamId) return 'InvalidProviderToken';
    if (this.#bound !== undefined && token.keyId !== this.#bound.keyId) return 'UnrelatedKeyIdInToken';
    if (this.#bound !== undefined && !this.#tokens.has(authorization)) {
      if (now - this.#updatedAt < UPDATE_MS) return 'TooManyProviderTokenUpdates';
      this.#updatedAt = now;
    }
    this.#bound ??= token;
    this.#tokens.add(authorization);
    this.#current = token;
    if (this.#limit === FIRST_STREAMS && this.#tokens.size === 1) this.limit(USUAL_STREAMS);
    return undefined;
  }

  /** The topic, or what is wrong with it, given the key this connection is bound to. */
  topicFault(topic: string): Reason | undefined {
    const certified = this.certifiedBundleId;
    if (certified !== undefined) return bundleIdOf(topic) === certified ? undefined : 'TopicDisallowed';
    // The key's topics at the first push count: a bundle id added to the key later needs a new connection.
    const topics = this.#bound?.key?.topics;
    return topics === undefined || topics.includes(bundleIdOf(topic)) ? undefined : 'TopicDisallowed';
  }

  /** The rejection throttle: one stream until something is accepted. */
  throttle(): void {
    this.limit(FIRST_STREAMS);
  }

  /** Ends the throttle. */
  accepted(): void {
    if (this.#limit === FIRST_STREAMS) this.limit(USUAL_STREAMS);
  }

  /** An attribute of the certificate's subject. Node returns a list if it occurs twice; the first value counts. */
  #named(attribute: 'UID' | 'CN'): string | undefined {
    return [this.#certificate?.subject[attribute]].flat()[0];
  }

  limit(streams: number): void {
    this.#limit = streams;
    this.connection.limit(streams);
  }
}
