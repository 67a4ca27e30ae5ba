// FCM's OAuth token endpoint: exchanges a signed assertion for an access token.
// https://developers.google.com/identity/protocols/oauth2/service-account
import { randomBytes } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import type { Clock } from '../clock.ts';
import type { RegisteredFcmAccount } from '../strictness.ts';

const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const SCOPES = new Set([
  'https://www.googleapis.com/auth/firebase.messaging',
  'https://www.googleapis.com/auth/cloud-platform',
]);
/** Senders whose token endpoint is fixed sign for this audience. */
const GOOGLE_AUDIENCE = 'https://oauth2.googleapis.com/token';
const LIFE_SECONDS = 3599;
const MOST_LIFE_SECONDS = 3600;
/** Tolerated clock skew. */
const LEEWAY_SECONDS = 300;
/** Expired tokens are removed when there are this many. */
const REMEMBERED = 10_000;

/** An OAuth failure, RFC 6749 §5.2. */
export interface OauthFailure {
  status: number;
  error: string;
  error_description: string;
}

export interface IssuedToken {
  access_token: string;
  expires_in: number;
  token_type: 'Bearer';
}

const failure = (error: string, error_description: string): OauthFailure => ({
  status: 400,
  error,
  error_description,
});

export class AccessTokens {
  #accounts: ReadonlyMap<string, RegisteredFcmAccount> | undefined;
  #clock: Clock;
  #tokenUrl: () => string;
  #issued = new Map<string, { expiresAt: number; projectId?: string }>();

  /** Without accounts, signatures are not checked, and any bearer token that was not issued here is accepted. */
  constructor(
    accounts: ReadonlyMap<string, RegisteredFcmAccount> | undefined,
    clock: Clock,
    tokenUrl: () => string,
  ) {
    this.#accounts = accounts;
    this.#clock = clock;
    this.#tokenUrl = tokenUrl;
  }

  /** Handles the body of `POST /token`. */
  async issue(form: string, expiresInSeconds: number = LIFE_SECONDS): Promise<IssuedToken | OauthFailure> {
    const fields = new URLSearchParams(form);
    const assertion = fields.get('assertion');
    if (fields.get('grant_type') !== GRANT)
      return failure('unsupported_grant_type', `Invalid grant_type: ${fields.get('grant_type') ?? ''}`);
    if (assertion === null) return failure('invalid_request', 'Missing required parameter: assertion');
    const refused = await this.#refusal(assertion);
    if (refused !== undefined) return refused;
    const { iss = '' } = decodeJwt(assertion);
    const token = `emulated.${randomBytes(48).toString('base64url')}`;
    const now = this.#clock.now();
    if (this.#issued.size >= REMEMBERED) this.#sweep(now);
    this.#issued.set(token, {
      expiresAt: now + expiresInSeconds * 1000,
      projectId: this.#accounts?.get(iss)?.projectId,
    });
    return { access_token: token, expires_in: expiresInSeconds, token_type: 'Bearer' };
  }

  /** What is wrong with an `authorization` value for this project; undefined if it is valid. */
  fault(
    authorization: string | undefined,
    projectId: string,
  ): 'missing' | 'expired' | 'unknown' | 'other-project' | undefined {
    const token = bearerOf(authorization);
    if (token === undefined) return 'missing';
    const issued = this.#issued.get(token);
    if (issued === undefined) return this.#accounts === undefined ? undefined : 'unknown';
    if (this.#clock.now() >= issued.expiresAt) return 'expired';
    return issued.projectId === undefined || issued.projectId === projectId ? undefined : 'other-project';
  }

  /** Expires a token from now on, even one that was not issued here. */
  expire(authorization: string | undefined): void {
    const token = bearerOf(authorization);
    if (token !== undefined) this.#issued.set(token, { ...this.#issued.get(token), expiresAt: -Infinity });
  }

  async #refusal(assertion: string): Promise<OauthFailure | undefined> {
    const nowSeconds = this.#clock.now() / 1000;
    try {
      const { alg } = decodeProtectedHeader(assertion);
      const {
        iss,
        aud,
        iat = Number.NaN,
        exp = Number.NaN,
        scope,
      } = decodeJwt<{ scope?: string }>(assertion);
      if (alg !== 'RS256' || !iss)
        return failure('invalid_grant', 'Invalid JWT: RS256 and an issuer are required.');
      if (aud !== this.#tokenUrl() && aud !== GOOGLE_AUDIENCE)
        return failure('invalid_grant', 'Invalid JWT: Failed audience check.');
      if (
        !(
          exp - iat <= MOST_LIFE_SECONDS &&
          exp > nowSeconds - LEEWAY_SECONDS &&
          iat < nowSeconds + LEEWAY_SECONDS
        )
      ) {
        return failure(
          'invalid_grant',
          'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.',
        );
      }
      if (
        !String(scope)
          .split(' ')
          .some((one) => SCOPES.has(one))
      )
        return failure('invalid_scope', 'Invalid OAuth scope or ID token audience provided.');
      if (this.#accounts === undefined) return undefined;
      const account = this.#accounts.get(iss);
      if (account === undefined) return failure('invalid_grant', 'Invalid grant: account not found');
      await jwtVerify(assertion, account.key, {
        algorithms: ['RS256'],
        currentDate: new Date(this.#clock.now()),
        clockTolerance: LEEWAY_SECONDS,
      });
      return undefined;
    } catch (error) {
      if (error instanceof errors.JOSEError) return failure('invalid_grant', 'Invalid JWT Signature.');
      if (error instanceof TypeError) return failure('invalid_grant', 'Bad Request'); // jose throws this if it is not a JWT
      throw error;
    }
  }

  #sweep(now: number): void {
    for (const [token, { expiresAt }] of this.#issued) if (expiresAt < now) this.#issued.delete(token);
  }
}

const bearerOf = (authorization: string | undefined): string | undefined =>
  /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
