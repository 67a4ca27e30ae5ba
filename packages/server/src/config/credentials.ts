// Checks Apple's and Google's credentials before they are used: what is wrong with one and how to fix it.
// No sentence here repeats a piece of what it is about.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { hostOf, isHttpUrl } from '../addresses/base-url.ts';
import { isLoopback } from '../addresses/loopback.ts';

/** Members of a service account's key file that are put to use. */
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

/** An APNs authentication key: PKCS #8 in PEM, P-256. Or the key of a certificate, which may be RSA: checked beside that. */
export function privateKeyFault(text: string): string | undefined {
  if (text.trimStart().startsWith('{'))
    return 'holds JSON, which Google uses; write the contents of the .p8 file that Apple gave you';
  if (/^-----BEGIN CERTIFICATE-----/m.test(text) && !text.includes('PRIVATE KEY'))
    return 'holds a certificate without its private key; export the key too (openssl pkcs12 -nocerts -nodes)';
  if (text.includes('BEGIN PUBLIC KEY'))
    return 'holds a public key, and signing needs the private one; take the .p8 file as Apple gave it';
  if (/BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/.test(text))
    return 'holds a key under a password; store it without (openssl pkcs8 -topk8 -nocrypt) where nobody else reads it';
  if (text.includes('\\n'))
    return 'has line breaks written out as \\n; put real ones there, or name the file by { "file": path }';
  if (!text.includes('BEGIN')) return 'holds no PEM; take the file whole, with its BEGIN and END lines';
  if (!/-----END [A-Z ]*PRIVATE KEY-----/.test(text))
    return 'is cut off: the END line is missing; copy the file again, whole';
  return privateKeyOf(text) === undefined
    ? 'cannot be read as a private key, something in the middle is missing or changed; copy the file again, whole'
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
    return 'holds no certificate in PEM; convert Apple’s file (openssl x509 -inform der, or openssl pkcs12 -clcerts -nokeys)';
  return parseCertificate(text) === undefined
    ? 'cannot be read as a certificate, it is cut off or changed; export it again'
    : undefined;
}

/** Authorities to trust: not Apple's, and not made by Apple. */
export function authoritiesFault(text: string): string | undefined {
  if (!text.includes('BEGIN CERTIFICATE'))
    return 'holds no certificate in PEM; write the certificates of the authorities with their BEGIN and END lines (openssl x509 -inform der turns a binary one into that)';
  return certificateFault(text);
}

/** Certificate and key belong together, and now is within its time. */
export function certificateUseFault(certificatePem: string, keyPem: string, now: number): string | undefined {
  const certificate = parseCertificate(certificatePem);
  const key = privateKeyOf(keyPem);
  if (certificate === undefined || key === undefined) return undefined;
  if (!certificate.checkPrivateKey(key))
    return 'does not belong to the private key beside it; export both again from the same entry';
  if (certificate.validToDate.getTime() <= now)
    return `expired on ${certificate.validToDate.toISOString().slice(0, 10)}; make a new one on Apple's developer site`;
  return certificate.validFromDate.getTime() > now
    ? `is valid from ${certificate.validFromDate.toISOString().slice(0, 10)} on only; look whether this machine's clock is right`
    : undefined;
}

/** The certificates of a PEM text, without whatever else stands there: exports often hold the private key as well. */
export const certificatesOf = (pem: string): string =>
  [...pem.matchAll(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g)]
    .map(([one]) => one)
    .join('\n');

/** Milliseconds since the epoch at which it ends; the text must have passed `certificateFault`. */
export const certificateExpiry = (pem: string): number => new X509Certificate(pem).validToDate.getTime();

/** The JSON file of a Google service account. */
export function serviceAccountFault(text: string): string | undefined {
  const again =
    'write { "file": path } of the service account file that Firebase gave you (Project settings, Service accounts)';
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
  if (!isHttpUrl(uri!)) return `has a token_uri that is no URL; ${again}`;
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
    return undefined; // the parser's message would repeat a piece of the secret
  }
}

function privateKeyOf(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined; // OpenSSL's words help nobody who edits settings
  }
}

function parseCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined; // as above
  }
}
