// The credentials of UpdateApnsChannel and UpdateGcmChannel: checked like those of the settings file, refused in
// Pinpoint's form. Pure, except for the time that certificates are checked against.
import type { Input } from '@chatpush/wire';
import {
  certificateFault,
  certificateTimes,
  certificateUseFault,
  certificatesOf,
  parseServiceAccount,
  privateKeyFault,
  providerKeyFault,
  serviceAccountFault,
  tenCharacters,
} from '../config/credentials.ts';
import { ServiceError } from '../service-error.ts';
import type { CredentialKind, SecretPart } from './document.ts';

export interface NewCredential {
  readonly credential: CredentialKind;
  readonly secret: SecretPart;
}

type ApnsInput = Omit<Input<'UpdateApnsChannel'>, 'ApplicationId' | 'Enabled'>;
type GcmInput = Omit<Input<'UpdateGcmChannel'>, 'ApplicationId' | 'Enabled'>;

const refuse = (message: string): never => {
  throw new ServiceError('BadRequestException', message);
};

/** Throws what is wrong with a member, preceded by its name. */
function check(member: string, text: string, ...faults: ((text: string) => string | undefined)[]): string {
  for (const fault of faults) {
    const found = fault(text);
    if (found !== undefined) refuse(`${member} ${found}.`);
  }
  return text;
}

const bundleIdFault = (text: string): string | undefined =>
  /^[\w.-]{1,255}$/.test(text)
    ? undefined
    : 'is not a bundle id; use the bundle id of the app, such as "com.example.chat"';

/** The members that a method needs; missing ones are named together. */
function needed<Name extends keyof ApnsInput>(
  input: ApnsInput,
  method: string,
  names: readonly Name[],
): { readonly [N in Name]: string } {
  const missing = names.filter((name) => !input[name]);
  if (missing.length > 0)
    refuse(`${missing.join(', ')} missing: with ${method}, send ${names.join(', ')} together.`);
  return input as { readonly [N in Name]: string };
}

/** The credential of an APNs channel; undefined if the call has none. */
export function apnsCredential(input: ApnsInput, now: number): NewCredential | undefined {
  const method = input.DefaultAuthenticationMethod?.toUpperCase();
  if (method !== undefined && !['KEY', 'TOKEN', 'CERTIFICATE'].includes(method))
    refuse('DefaultAuthenticationMethod must be "key" or "certificate".');
  const hasKey = Boolean(input.TokenKey ?? input.TokenKeyId ?? input.TeamId);
  const hasCertificate = Boolean(input.Certificate ?? input.PrivateKey);
  if (!hasKey && !hasCertificate) return undefined;
  const byCertificate = method === undefined ? !hasKey : method === 'CERTIFICATE';
  return byCertificate ? certificateCredential(input, now) : keyCredential(input);
}

function keyCredential(input: ApnsInput): NewCredential {
  const { BundleId, TeamId, TokenKeyId, TokenKey } = needed(input, 'a signing key', [
    'BundleId',
    'TeamId',
    'TokenKey',
    'TokenKeyId',
  ]);
  return {
    credential: {
      kind: 'key',
      topic: check('BundleId', BundleId, bundleIdFault),
      keyId: check('TokenKeyId', TokenKeyId, tenCharacters('key id')),
      teamId: check('TeamId', TeamId, tenCharacters('team id')),
    },
    secret: { privateKey: check('TokenKey', TokenKey, privateKeyFault, providerKeyFault) },
  };
}

function certificateCredential(input: ApnsInput, now: number): NewCredential {
  const { BundleId, Certificate, PrivateKey } = needed(input, 'a certificate', [
    'BundleId',
    'Certificate',
    'PrivateKey',
  ]);
  const privateKey = check('PrivateKey', PrivateKey, privateKeyFault);
  check('Certificate', Certificate, certificateFault, (text) => certificateUseFault(text, privateKey, now));
  const certificate = certificatesOf(Certificate);
  return {
    credential: {
      kind: 'certificate',
      topic: check('BundleId', BundleId, bundleIdFault),
      expiresAt: certificateTimes(certificate).expiresAt,
    },
    secret: { privateKey, certificate },
  };
}

/** The credential of an FCM channel; undefined if the call has none. */
export function gcmCredential(input: GcmInput): NewCredential | undefined {
  const method = input.DefaultAuthenticationMethod?.toUpperCase();
  if (method !== undefined && method !== 'TOKEN')
    refuse(
      'DefaultAuthenticationMethod must be "TOKEN", with ServiceJson: Google shut down the legacy protocol and its API keys in 2024.',
    );
  if (!input.ServiceJson) return undefined;
  const serviceAccount = check('ServiceJson', input.ServiceJson, serviceAccountFault);
  return {
    credential: { kind: 'service-account', projectId: parseServiceAccount(serviceAccount).project_id },
    secret: { serviceAccount },
  };
}

/** A call without a credential keeps the stored one; BundleId alone changes the topic. */
export function withTopic(credential: CredentialKind, topic: string | undefined): CredentialKind {
  if (topic === undefined || credential.kind === 'service-account') return credential;
  return { ...credential, topic: check('BundleId', topic, bundleIdFault) };
}
