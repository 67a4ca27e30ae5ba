// An operator with one account, as `nsc` creates them: the server trusts the operator, and users have credentials files
// (https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/jwt).
import { createAccount, createOperator, createUser, type KeyPair } from '@nats-io/nkeys';

const text = new TextEncoder();
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function sign(issuer: KeyPair, subject: KeyPair, name: string, nats: object): string {
  const claims = {
    jti: `${name}-${subject.getPublicKey()}`,
    iat: Math.floor(Date.now() / 1000),
    iss: issuer.getPublicKey(),
    sub: subject.getPublicKey(),
    name,
    nats: { version: 2, ...nats },
  };
  const signed = `${encode({ typ: 'JWT', alg: 'ed25519-nkey' })}.${encode(claims)}`;
  return `${signed}.${Buffer.from(issuer.sign(text.encode(signed))).toString('base64url')}`;
}

export interface NatsOperator {
  /** For the servers' configuration. */
  readonly lines: readonly string[];
  /** The text of a new user's credentials file. */
  credentials(): string;
}

export function createNatsOperator(): NatsOperator {
  const [operator, account, system] = [createOperator(), createAccount(), createAccount()];
  const limits = {
    subs: -1,
    data: -1,
    payload: -1,
    conn: -1,
    leaf: -1,
    imports: -1,
    exports: -1,
    wildcards: true,
    mem_storage: -1,
    disk_storage: -1,
    streams: -1,
    consumer: -1,
  };
  const { mem_storage: _, disk_storage: __, streams: ___, consumer: ____, ...withoutJetStream } = limits;
  const accountLine = (key: KeyPair, name: string, allowed: object): string =>
    `${key.getPublicKey()}: ${sign(operator, key, name, { type: 'account', limits: allowed })}`;
  return {
    lines: [
      `operator: ${sign(operator, operator, 'operator', { type: 'operator' })}`,
      'resolver: MEMORY',
      `system_account: ${system.getPublicKey()}`,
      `resolver_preload: {\n${accountLine(account, 'chatpush', limits)}\n${accountLine(system, 'SYS', withoutJetStream)}\n}`,
    ],
    credentials() {
      const user = createUser();
      const jwt = sign(account, user, 'chatpush', {
        type: 'user',
        subs: -1,
        data: -1,
        payload: -1,
      });
      const seed = new TextDecoder().decode(user.getSeed());
      return `-----BEGIN NATS USER JWT-----\n${jwt}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`;
    },
  };
}
