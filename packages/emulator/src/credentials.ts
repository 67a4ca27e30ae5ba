// Ready-made credentials: new at every start, valid for this emulator only, also in strict mode.
import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';

/** What a sender signs APNs provider tokens with. */
export interface ApnsCredentials {
  keyId: string;
  teamId: string;
  /** PKCS#8 PEM, P-256, as in Apple's `.p8` files. */
  privateKey: string;
  topic: string;
}

/** A Google service account's key file. */
export interface ServiceAccount {
  type: 'service_account';
  project_id: string;
  private_key_id: string;
  /** PKCS#8 PEM, RSA. */
  private_key: string;
  client_email: string;
  token_uri: string;
}

export interface Credentials {
  apns: ApnsCredentials;
  fcm: ServiceAccount;
}

/** Keys of the kinds that Apple and Google issue. `tokenUrl` becomes the service account's `token_uri`. */
export async function createCredentials(): Promise<(tokenUrl: string) => Credentials> {
  const generate = promisify(generateKeyPair);
  const [apns, fcm] = await Promise.all([
    generate('ec', { namedCurve: 'P-256' }),
    generate('rsa', { modulusLength: 2048 }),
  ]);
  const pem = (key: typeof apns.privateKey): string => key.export({ type: 'pkcs8', format: 'pem' });
  return (tokenUrl) => ({
    apns: {
      keyId: 'EMULATOR01',
      teamId: 'CHATPUSH01',
      privateKey: pem(apns.privateKey),
      topic: 'com.example.chat',
    },
    fcm: {
      type: 'service_account',
      project_id: 'chatpush-emulator',
      private_key_id: 'emulator-key-1',
      private_key: pem(fcm.privateKey),
      client_email: 'chat@chatpush-emulator.iam.gserviceaccount.com',
      token_uri: tokenUrl,
    },
  });
}
