// Everything derived from the settings file. A reload rebuilds all of it, so that a call sees either the old
// settings or the new ones.
import type { IncomingMessage } from 'node:http';
import { ANY_SESSION, createAccessKeys } from '../auth/access-keys.ts';
import type { AccessKeySettings, FindAccessKey } from '../auth/access-keys.ts';
import { createVerifyBearer } from '../auth/bearer.ts';
import type { VerifyBearer } from '../auth/bearer.ts';
import { clientAddress, createAddressList } from '../auth/client-address.ts';
import { pageTokenKeys } from '../auth/page-token-keys.ts';
import { createParticipantKeys } from '../auth/participant-keys.ts';
import type { ParticipantKeyOf } from '../auth/participant-keys.ts';
import type { AccessKeyConfig, Config } from '../config/config.ts';
import { DEFAULT_CONTACT_SETTINGS } from '../contact/settings.ts';
import type { ContactSettings } from '../contact/settings.ts';
import type { Listed } from '../operations/directory.ts';
import { readParticipantToken } from '../operations/participant-token.ts';
import type { Participant, TokenKind } from '../operations/participant-token.ts';

export interface SettingsInUse {
  readonly config: Config;
  readonly contact: ContactSettings;
  readonly listed: Listed;
  /** Ids of the instances that are listed. */
  readonly instances: ReadonlySet<string>;
  readonly accessKey: FindAccessKey;
  readonly verifyBearer: VerifyBearer;
  readonly isTrustedProxy: (address: string) => boolean;
  /** The address a request comes from, behind trusted proxies. */
  readonly addressOf: (request: IncomingMessage) => string;
  /** The key of new participant tokens. */
  readonly participantKeys: ParticipantKeyOf;
  /** The holder of a token at a time; undefined: nobody. */
  readonly findParticipant: (token: string, kind: TokenKind, now: number) => Participant | undefined;
  /** The keys that encrypt and decrypt page tokens. */
  readonly pageTokenKeys: readonly Uint8Array[];
}

export function settingsInUse(config: Config): SettingsInUse {
  const accessKeys = config.accessKeys.map(toAccessKey);
  const participantKeys = createParticipantKeys(accessKeys);
  // Includes keys that were first before another was added in front of them.
  const accepted = [participantKeys, ...accessKeys.map((key) => createParticipantKeys([key]))];
  const isTrustedProxy = createAddressList(config.trustedProxies);
  const applications = config.applications.map((one) => ({ ...one, ttlMs: one.ttlMinutes * 60_000 }));
  return {
    config,
    contact: {
      ...DEFAULT_CONTACT_SETTINGS,
      registrations: config.registrationsPerContact,
      lifetimeMs: config.contactLifetimeHours * 3_600_000,
      ttlMs: Math.max(DEFAULT_CONTACT_SETTINGS.ttlMs, ...applications.map(({ ttlMs }) => ttlMs)),
    },
    instances: new Set(config.instances),
    listed: { instances: config.instances, applications },
    accessKey: createAccessKeys(accessKeys),
    verifyBearer: createVerifyBearer({
      keys: config.bearerKeys.map((key) => ({ ...key, secret: key.secret.reveal() })),
      trustedProxies: config.trustedProxies,
    }),
    isTrustedProxy,
    addressOf: (request) => clientAddress(request, isTrustedProxy),
    participantKeys,
    findParticipant: (token, kind, now) => {
      for (const keys of accepted) {
        const participant = readParticipantToken(keys, token, now, kind);
        if (participant) return participant;
      }
      return undefined;
    },
    pageTokenKeys: pageTokenKeys(accessKeys),
  };
}

function toAccessKey({ sessionToken, ...key }: AccessKeyConfig): AccessKeySettings {
  const secret = key.secret.reveal();
  if (sessionToken === undefined) return { ...key, secret };
  return { ...key, secret, sessionToken: sessionToken === 'any' ? ANY_SESSION : sessionToken.reveal() };
}
