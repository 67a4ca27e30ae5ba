// Whether a certificate is one of SNS: its names, its validity, and the chain up to an authority that this machine
// trusts.
//
// SNS serves only the certificate itself. The certificate of its issuer (Amazon RSA 2048 M01 … M04, which change
// every few years) is at the address named in it (RFC 5280 §4.2.2.1). It is fetched over plain HTTP, which is
// harmless: it is used only if the chain through it is valid.
import { X509Certificate } from 'node:crypto';
import { getCACertificates } from 'node:tls';
import type { Reach } from './reach.ts';
import { SnsRefusal } from './refusal.ts';
import type { Topic } from './topic.ts';

const MAX_CHAIN = 4;
const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * The hosts on which Amazon publishes its authorities' certificates: `http://crt.r2m01.amazontrust.com/r2m01.cer`.
 */
const ISSUER = /^CA Issuers - URI:"?(http:\/\/[a-z0-9.-]+\.amazontrust\.com\/[\w.-]+)"?$/m;

/** Authorities by subject. */
export type Authorities = ReadonlyMap<string, readonly X509Certificate[]>;

export function readAuthorities(pems: readonly string[] = getCACertificates('default')): Authorities {
  const authorities = new Map<string, X509Certificate[]>();
  for (const pem of pems) {
    const certificate = new X509Certificate(pem);
    authorities.set(certificate.subject, [...(authorities.get(certificate.subject) ?? []), certificate]);
  }
  return authorities;
}

/**
 * The verified certificate of a PEM file. Throws SnsRefusal if it is not one of SNS, and rejects with the
 * connection error if its issuer cannot be reached.
 */
export async function proveCertificate(
  pem: string,
  topic: Topic,
  parts: { readonly authorities: Authorities; readonly reach: Reach; readonly now: number },
): Promise<X509Certificate> {
  const [leaf, ...others] = parsePem(pem);
  if (leaf === undefined) throw bad('the file contains none');
  checkLeaf(leaf, topic, parts.now);
  let current = leaf;
  for (let length = 1; length <= MAX_CHAIN; length++) {
    const issued = (by: X509Certificate): boolean =>
      by.ca && isValid(by, parts.now) && current.checkIssued(by) && current.verify(by.publicKey);
    if (parts.authorities.get(current.issuer)?.some(issued)) return leaf;
    const next = others.find(issued) ?? (await fetchIssuer(current, parts.reach));
    if (next === undefined || !issued(next)) break;
    current = next;
  }
  throw bad('no chain leads to an authority that this machine trusts');
}

const bad = (detail: string, cause?: unknown): SnsRefusal => new SnsRefusal('bad-certificate', detail, cause);

function parsePem(pem: string): X509Certificate[] {
  try {
    return [...pem.matchAll(PEM)].slice(0, MAX_CHAIN).map(([block]) => new X509Certificate(block));
  } catch (error) {
    throw bad('it cannot be read', error);
  }
}

const isValid = ({ validFromDate, validToDate }: X509Certificate, now: number): boolean =>
  validFromDate.getTime() <= now && now < validToDate.getTime();

/** SNS signs with RSA of at least 2,048 bits, under the names that AWS's own verifiers require. */
function checkLeaf(leaf: X509Certificate, topic: Topic, now: number): void {
  if (!isValid(leaf, now)) throw bad('it is not valid now');
  const { asymmetricKeyType, asymmetricKeyDetails } = leaf.publicKey;
  if (leaf.ca || asymmetricKeyType !== 'rsa' || (asymmetricKeyDetails?.modulusLength ?? 0) < 2048)
    throw bad('its key is not of the kind that SNS signs with');
  if (!namesOf(topic).some((name) => leaf.checkHost(name, { wildcards: false }) !== undefined))
    throw bad(`it is in the name of ${leaf.subjectAltName ?? leaf.subject}`);
}

/**
 * As in aws-sdk-java-v2's sns-message-manager: one name for the old regions, one per region for China and the newer
 * ones.
 */
function namesOf({ host, region }: Topic): string[] {
  const suffix = host.slice(`sns.${region}.`.length);
  const gov = region.startsWith('us-gov-') ? ['sns-us-gov-west-1.amazonaws.com'] : [];
  return ['sns.amazonaws.com', host, `sns-signing.${region}.${suffix}`, `sns-${region}.${suffix}`, ...gov];
}

async function fetchIssuer(of: X509Certificate, reach: Reach): Promise<X509Certificate | undefined> {
  const address = ISSUER.exec(of.infoAccess ?? '')?.[1];
  if (address === undefined) return undefined;
  const { status, body } = await reach(new URL(address));
  if (status !== 200) throw new Error(`${address} answers ${status}`);
  try {
    return new X509Certificate(body);
  } catch (error) {
    throw bad(`that of its issuer, at ${address}, cannot be read`, error);
  }
}
