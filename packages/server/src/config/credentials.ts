// Checks Apple's and Google's credentials before they are used: what is wrong with one and how to fix it. No
// message here quotes any part of a credential.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { hostOf, isHttpUrl } from '../addresses/base-url.ts';
import { isLoopback } from '../addresses/loopback.ts';

/** The members of a service account's key file that are used. */
const ACCOUNT_MEMBERS = ['project_id', 'client_email', 'private_key', 'token_uri'] as const;

/** Apple's key and team ids. */
export const tenCharacters =
  (name: string) =>
  (text: string): string | undefined =>
    text.length !== 10
      ? `has ${text.length} characters, and a ${name} has 10; copy it again as Apple's developer site shows it`
      : /^[A-Z0-9]{10}$/.test(text)
        ? undefined
        : `is no ${name}: it has 10 capital letters and digits; copy it again as Apple's developer site shows it`;

/**
 * An APNs authentication key: PKCS #8 in PEM, P-256. Or the key of a certificate, which may be RSA and is checked
 * together with it.
 */
export function privateKeyFault(text: string): string | undefined {
  if (text.trimStart().startsWith('{'))
    return 'contains JSON, which is Google’s format; use the contents of the .p8 file from Apple';
  if (/^-----BEGIN CERTIFICATE-----/m.test(text) && !text.includes('PRIVATE KEY'))
    return 'contains a certificate without its private key; export the key too (openssl pkcs12 -nocerts -nodes)';
  if (text.includes('BEGIN PUBLIC KEY'))
    return 'contains a public key, but signing needs the private one; use the .p8 file as downloaded from Apple';
  if (/BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/.test(text))
    return 'contains a key with a password; remove the password (openssl pkcs8 -topk8 -nocrypt) and store the key where nobody else can read it';
  if (text.includes('\\n'))
    return 'contains \\n instead of line breaks; use real line breaks, or name the file: { "file": path }';
  if (!text.includes('BEGIN')) return 'is not PEM; use the whole file, with its BEGIN and END lines';
  if (!/-----END [A-Z ]*PRIVATE KEY-----/.test(text))
    return 'is cut off: the END line is missing; copy the whole file again';
  return privateKeyOf(text) === undefined
    ? 'cannot be read as a private key: part of it is missing or changed; copy the whole file again'
    : undefined;
}

/** For signing provider tokens. */
export function providerKeyFault(text: string): string | undefined {
  const key = privateKeyOf(text);
  const curve = key?.asymmetricKeyDetails?.namedCurve;
  if (key === undefined || curve === 'prime256v1') return undefined;
  const held =
    key.asymmetricKeyType === 'ec'
      ? `a key on the curve ${curve ?? 'of another kind'}`
      : `${key.asymmetricKeyType === 'rsa' ? 'an RSA' : `a ${key.asymmetricKeyType}`} key`;
  return `holds ${held}, and APNs needs P-256; take the .p8 file that Apple gave you for this key id`;
}

export function certificateFault(text: string): string | undefined {
  if (!text.includes('BEGIN CERTIFICATE'))
    return 'contains no certificate in PEM; convert Apple’s file (openssl x509 -inform der, or openssl pkcs12 -clcerts -nokeys)';
  return parseCertificate(text) === undefined
    ? 'cannot be read as a certificate: it is cut off or changed; export it again'
    : undefined;
}

/** Authorities to trust: not Apple's, and not issued by Apple. */
export function authoritiesFault(text: string): string | undefined {
  if (!text.includes('BEGIN CERTIFICATE'))
    return 'contains no certificate in PEM; use the certificates of the authorities with their BEGIN and END lines (openssl x509 -inform der converts a binary one)';
  return certificateFault(text);
}

/** Certificate and key must match, and the certificate must be valid now. */
export function certificateUseFault(certificatePem: string, keyPem: string, now: number): string | undefined {
  const certificate = parseCertificate(certificatePem);
  const key = privateKeyOf(keyPem);
  if (certificate === undefined || key === undefined) return undefined;
  if (!certificate.checkPrivateKey(key))
    return 'does not match the private key; export both again from the same entry';
  if (certificate.validToDate.getTime() <= now)
    return `expired on ${certificate.validToDate.toISOString().slice(0, 10)}; make a new one on Apple's developer site`;
  return certificate.validFromDate.getTime() > now
    ? `is valid from ${certificate.validFromDate.toISOString().slice(0, 10)} on only; look whether this machine's clock is right`
    : undefined;
}

/** The certificates of a PEM text, without anything else in it: exports often contain the private key as well. */
export const certificatesOf = (pem: string): string =>
  [...pem.matchAll(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g)]
    .map(([one]) => one)
    .join('\n');

/** The start and the end of its validity, in milliseconds since the epoch; the text must have passed `certificateFault`. */
export function certificateTimes(pem: string): { readonly validFrom: number; readonly expiresAt: number } {
  const { validFromDate, validToDate } = new X509Certificate(pem);
  return { validFrom: validFromDate.getTime(), expiresAt: validToDate.getTime() };
}

/** The JSON file of a Google service account. */
export function serviceAccountFault(text: string): string | undefined {
  const again =
    'use { "file": path } with the service account file from Firebase (Project settings, Service accounts)';
  if (text.includes('BEGIN PRIVATE KEY') && !text.trimStart().startsWith('{'))
    return `holds a bare key, and the whole file is needed; ${again}`;
  const account = parseAccount(text);
  if (account === undefined) return `is not a JSON object; ${again}`;
  if ('project_info' in account)
    return `is google-services.json, which belongs into the app; the server needs another file: ${again}`;
  if (account['type'] !== undefined && account['type'] !== 'service_account')
    return `is not of type "service_account"; ${again}`;
  const missing = ACCOUNT_MEMBERS.filter((member) => typeof account[member] !== 'string');
  if (missing.length > 0) return `lacks ${missing.join(', ')}; it must be the whole file: ${again}`;
  const { private_key: key, token_uri: uri } = account as Record<string, string>;
  const held = privateKeyOf(key!);
  if (held === undefined) return `has a private_key that cannot be read, perhaps cut off; ${again}`;
  if (held.asymmetricKeyType !== 'rsa')
    return `has a private_key that is not RSA, and Google's are; ${again}`;
  if (!isHttpUrl(uri!)) return `has a token_uri that is not a URL; ${again}`;
  const url = new URL(uri!);
  return url.protocol === 'https:' || isLoopback(hostOf(url))
    ? undefined
    : `has a token_uri with http://, by which the signed statement and the token would travel in clear; ${again}`;
}

/** The text must have passed `serviceAccountFault`. */
export function parseServiceAccount(
  text: string,
): Readonly<Record<(typeof ACCOUNT_MEMBERS)[number], string> & { private_key_id?: string }> {
  return JSON.parse(text) as ReturnType<typeof parseServiceAccount>;
}

function parseAccount(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined; // the parser's message would quote part of the secret
  }
}

function privateKeyOf(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined; // OpenSSL's message does not help anyone who edits settings
  }
}

function parseCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined; // as above
  }
}
