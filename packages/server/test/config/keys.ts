// Credentials of every kind, valid and broken, generated for each run.
import { generateKeyPairSync } from 'node:crypto';
import { startEmulator } from '@chatpush/emulator';

const pkcs8 = { type: 'pkcs8', format: 'pem' } as const;
export const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
export const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const ed25519 = generateKeyPairSync('ed25519');

/** In PEM. */
export const PEM = {
  p8: p256.privateKey.export(pkcs8),
  publicOfP8: p256.publicKey.export({ type: 'spki', format: 'pem' }),
  encryptedP8: p256.privateKey.export({ ...pkcs8, cipher: 'aes-256-cbc', passphrase: 'hush' }),
  p384: p384.privateKey.export(pkcs8),
  rsa: rsa.privateKey.export(pkcs8),
  ed25519: ed25519.privateKey.export(pkcs8),
};

export const ACCOUNT = {
  type: 'service_account',
  project_id: 'a-project',
  private_key_id: 'key-1',
  private_key: PEM.rsa,
  client_email: 'sender@a-project.iam.gserviceaccount.com',
  token_uri: 'https://oauth2.googleapis.com/token',
};

/** A push certificate and its key, as Apple issues them. */
export async function providerCertificate(
  topic = 'com.example.chat',
): Promise<{ certificate: string; privateKey: string }> {
  await using emulator = await startEmulator();
  return emulator.providerCertificate(topic);
}
