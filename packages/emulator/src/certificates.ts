// X.509 certificates for local TLS, written as DER: Node can read certificates but not create them, and
// `openssl` may be missing. Only what TLS clients check (RFC 5280), with P-256 and SHA-256 throughout.
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';
import { isIP } from 'node:net';

/** A certificate and its private key, both PEM. */
export interface CertifiedKey {
  certificate: string;
  privateKey: string;
}

/** A certificate authority that lives as long as the process. */
export interface Authority {
  /** The authority's own certificate, PEM: what a client must trust. */
  certificate: string;
  /** A server certificate for host names and IP addresses. */
  issueServer(hosts: readonly string[]): CertifiedKey;
  /**
   * A client certificate as Apple issues them to providers: the UID of its subject is the bundle id. An attribute may
   * occur several times in a subject.
   */
  issueProvider(commonName: string | readonly string[], bundleId: string | readonly string[]): CertifiedKey;
}

const DAY_MS = 86_400_000;
const OID = {
  ecPublicKey: [1, 2, 840, 10045, 2, 1],
  ecdsaWithSha256: [1, 2, 840, 10045, 4, 3, 2],
  commonName: [2, 5, 4, 3],
  userId: [0, 9, 2342, 19200300, 100, 1, 1],
  subjectKeyId: [2, 5, 29, 14],
  keyUsage: [2, 5, 29, 15],
  subjectAltName: [2, 5, 29, 17],
  basicConstraints: [2, 5, 29, 19],
  authorityKeyId: [2, 5, 29, 35],
  extendedKeyUsage: [2, 5, 29, 37],
  serverAuth: [1, 3, 6, 1, 5, 5, 7, 3, 1],
  clientAuth: [1, 3, 6, 1, 5, 5, 7, 3, 2],
} as const;

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const length =
    body.length < 128
      ? [body.length]
      : body.length < 256
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const octets = (body: Uint8Array): Buffer => der(0x04, body);
const bits = (body: Uint8Array, unused = 0): Buffer => der(0x03, Buffer.from([unused]), body);
const text = (value: string): Buffer => der(0x0c, Buffer.from(value));
const TRUE = der(0x01, Buffer.from([0xff]));

function oid([first = 0, second = 0, ...rest]: readonly number[]): Buffer {
  const bytes = rest.flatMap((arc) => {
    const base128 = [arc & 127];
    for (let left = arc >>> 7; left > 0; left >>>= 7) base128.unshift((left & 127) | 128);
    return base128;
  });
  return der(0x06, Buffer.from([first * 40 + second, ...bytes]));
}

/** UTCTime, which holds years up to 2049 (RFC 5280 §4.1.2.5.1). */
const time = (atMs: number): Buffer =>
  der(
    0x17,
    Buffer.from(
      `${new Date(atMs)
        .toISOString()
        .replaceAll(/[-:T]|\.\d+/g, '')
        .slice(2, 14)}Z`,
    ),
  );

const name = (...attributes: readonly (readonly [readonly number[], string])[]): Buffer =>
  sequence(...attributes.map(([type, value]) => der(0x31, sequence(oid(type), text(value)))));

const extension = (id: readonly number[], value: Buffer, critical = false): Buffer =>
  critical ? sequence(oid(id), TRUE, octets(value)) : sequence(oid(id), octets(value));

/** A host as GeneralName: iPAddress [7] or dNSName [2]. */
function altName(host: string): Buffer {
  if (isIP(host) === 0) return der(0x82, Buffer.from(host));
  if (isIP(host) === 4) return der(0x87, Buffer.from(host.split('.').map(Number)));
  const groups = new URL(`http://[${host}]`).hostname.slice(1, -1).split('::');
  const [head = [], tail = []] = groups.map((half) => (half === '' ? [] : half.split(':')));
  const words = [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
  return der(0x87, Buffer.from(words.map((word) => word.padStart(4, '0')).join(''), 'hex'));
}

const pem = (bytes: Uint8Array): string =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(bytes).toString('base64').replaceAll(/.{64}/g, '$&\n').trimEnd()}\n-----END CERTIFICATE-----\n`;

interface Subject {
  subject: Buffer;
  publicKey: KeyObject;
  extensions: readonly Buffer[];
  days: number;
}

/** Creates an authority with a new key. Its certificates are valid from a day before `nowMs`. */
export function createAuthority(nowMs: number): Authority {
  const issuerKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const issuer = name([OID.commonName, 'chatpush emulator CA']);
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const keyId = (key: KeyObject): Buffer =>
    createHash('sha1')
      .update(key.export({ type: 'spki', format: 'der' }).subarray(-65))
      .digest();
  const issuerKeyId = keyId(createPublicKey(issuerKey));

  function certify({ subject, publicKey, extensions, days }: Subject): string {
    const serial = randomBytes(16);
    serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40; // positive and never zero
    const body = sequence(
      der(0xa0, der(0x02, Buffer.from([2]))), // v3
      der(0x02, serial),
      algorithm,
      issuer,
      sequence(time(nowMs - DAY_MS), time(nowMs + days * DAY_MS)),
      subject,
      publicKey.export({ type: 'spki', format: 'der' }),
      der(
        0xa3,
        sequence(
          extension(OID.subjectKeyId, octets(keyId(publicKey))),
          extension(OID.authorityKeyId, sequence(der(0x80, issuerKeyId))),
          ...extensions,
        ),
      ),
    );
    return pem(sequence(body, algorithm, bits(sign('sha256', body, issuerKey))));
  }

  function issue(subject: Buffer, usage: readonly number[], hosts: readonly string[]): CertifiedKey {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const extensions = [
      extension(OID.basicConstraints, sequence(), true),
      extension(OID.keyUsage, bits(Buffer.from([0x80]), 7), true), // digitalSignature
      extension(OID.extendedKeyUsage, sequence(oid(usage))),
      ...(hosts.length > 0 ? [extension(OID.subjectAltName, sequence(...hosts.map(altName)))] : []),
    ];
    return {
      certificate: certify({ subject, publicKey, extensions, days: 397 }), // the most Apple's own clients accept
      privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    };
  }

  return {
    certificate: certify({
      subject: issuer,
      publicKey: createPublicKey(issuerKey),
      extensions: [
        extension(OID.basicConstraints, sequence(TRUE), true),
        extension(OID.keyUsage, bits(Buffer.from([0x06]), 1), true), // keyCertSign, cRLSign
      ],
      days: 3650,
    }),
    issueServer: (hosts) => issue(name([OID.commonName, hosts[0] ?? 'localhost']), OID.serverAuth, hosts),
    issueProvider: (commonName, bundleId) =>
      issue(
        name(
          ...[bundleId].flat().map((id) => [OID.userId, id] as const),
          ...[commonName].flat().map((one) => [OID.commonName, one] as const),
        ),
        OID.clientAuth,
        [],
      ),
  };
}
