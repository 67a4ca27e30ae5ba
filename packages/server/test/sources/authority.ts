// Certificates like Amazon's: a root CA, an intermediate, and leaves that sign messages. Written as DER (RFC 5280), because Node
// can read certificates but not create them.
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const length =
    body.length < 128
      ? [body.length]
      : body.length < 256
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
};
const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts);
const octets = (body: Uint8Array) => der(0x04, body);
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const time = (at: number) => {
  const text = new Date(at).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  // Years from 2050 on have four digits (§4.1.2.5).
  return new Date(at).getUTCFullYear() < 2050
    ? der(0x17, Buffer.from(text.slice(2)))
    : der(0x18, Buffer.from(text));
};
const extension = (id: string, value: Buffer) => sequence(oid(id), octets(value));

const SHA256_WITH_RSA = sequence(oid('2a864886f70d01010b'), der(0x05));
const COMMON_NAME = '550403';
const ALT_NAMES = '551d11';
const BASIC_CONSTRAINTS = '551d13';
const KEY_IDENTIFIER = '551d0e';
const AUTHORITY_KEY_IDENTIFIER = '551d23';
const AUTHORITY_ACCESS = '2b06010505070101';
const CA_ISSUERS = '2b06010505073002';

export interface Certified {
  readonly pem: string;
  readonly der: Buffer;
  readonly key: KeyObject;
}

export interface Authority extends Certified {
  issue(of: {
    readonly name: string;
    /** DNS names; default: its name. */
    readonly hosts?: readonly string[];
    readonly isAuthority?: boolean;
    readonly from?: number;
    readonly to?: number;
    /** Where the issuer's certificate can be fetched. */
    readonly issuerAt?: string;
    readonly bits?: number;
    /** Signs instead of the issuer, whose name is kept: a forgery. */
    readonly signedWith?: KeyObject;
  }): Authority;
}

const DAY = 86_400_000;

/** A CA, self-signed at `nowMs`, which is also the time of everything it issues. */
export const createAuthority = (name: string, nowMs: number): Authority =>
  certify({ name, isAuthority: true }, nowMs);

function certify(
  of: Parameters<Authority['issue']>[0],
  nowMs: number,
  issuer?: { readonly name: string; readonly publicKey: KeyObject; readonly key: KeyObject },
): Authority {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: of.bits ?? 2048 });
  const signer = issuer ?? { name: of.name, publicKey, key: privateKey };
  const nameOf = (text: string) =>
    sequence(der(0x31, sequence(oid(COMMON_NAME), der(0x0c, Buffer.from(text)))));
  const keyId = (key: KeyObject) =>
    createHash('sha1')
      .update(key.export({ type: 'spki', format: 'der' }))
      .digest();
  const isAuthority = of.isAuthority ?? false;
  const hosts = (of.hosts ?? [of.name]).map((host) => der(0x82, Buffer.from(host)));
  const extensions = [
    extension(KEY_IDENTIFIER, octets(keyId(publicKey))),
    extension(AUTHORITY_KEY_IDENTIFIER, sequence(der(0x80, keyId(signer.publicKey)))),
    extension(BASIC_CONSTRAINTS, isAuthority ? sequence(der(0x01, Buffer.from([0xff]))) : sequence()),
    ...(isAuthority ? [] : [extension(ALT_NAMES, sequence(...hosts))]),
    ...(of.issuerAt === undefined
      ? []
      : [
          extension(
            AUTHORITY_ACCESS,
            sequence(sequence(oid(CA_ISSUERS), der(0x86, Buffer.from(of.issuerAt)))),
          ),
        ]),
  ];
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([0x40]), randomBytes(15)),
    SHA256_WITH_RSA,
    nameOf(signer.name),
    sequence(time(of.from ?? nowMs - DAY), time(of.to ?? nowMs + 300 * DAY)),
    nameOf(of.name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const bytes = sequence(
    body,
    SHA256_WITH_RSA,
    der(0x03, Buffer.from([0]), sign('sha256', body, of.signedWith ?? signer.key)),
  );
  return {
    pem: `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64').replaceAll(/.{64}/g, '$&\n').trimEnd()}\n-----END CERTIFICATE-----\n`,
    der: bytes,
    key: privateKey,
    issue: (next) => certify(next, nowMs, { name: of.name, publicKey, key: privateKey }),
  };
}
