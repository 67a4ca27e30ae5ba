// A LocalStack or moto that replaces Amazon SNS for local development. It has its own certificates, at an address
// that may be Amazon's (moto) or one that only its own machine can resolve (LocalStack), so the settings say where
// to fetch them. How they sign: localstack/services/sns/publisher.py, moto/sns/models.py.
import { X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Notification } from './envelope.ts';
import type { Reach } from './reach.ts';
import { SnsRefusal } from './refusal.ts';
import { unavailable } from './signing-keys.ts';

export interface StandIn {
  /** Signatures are not checked. */
  readonly isUnsigned: boolean;
  /** The key of a certificate, unverified. Rejects like `FindSigningKey`. */
  key(certificateUrl: string): Promise<KeyObject>;
  /** Fetches an address from a message, at the endpoint. */
  get(url: string): ReturnType<Reach>;
  /** moto posts no attributes over HTTP: the values that Amazon Connect sends in them are taken from the settings. */
  completed(notification: Notification): Notification;
}

export function createStandIn(options: {
  readonly endpoint: string;
  readonly region: string;
  readonly reach: Reach;
  readonly isUnsigned: boolean;
  readonly instances: readonly string[];
}): StandIn {
  const { endpoint, region, reach, isUnsigned, instances } = options;
  // moto's server finds the service and the region by the scope in this header; nothing is signed.
  const authorization = `AWS4-HMAC-SHA256 Credential=chatpush/20260101/${region}/sns/aws4_request, SignedHeaders=host, Signature=0`;
  /** Whatever host a message names, only the endpoint is connected to. */
  const get = async (text: string): ReturnType<Reach> => {
    const url = URL.parse(text);
    if (url === null) throw new SnsRefusal('foreign-address', `${text} is not a URL`);
    // Set one by one: a path that begins with two slashes, resolved as a reference, would name another host.
    const target = new URL(endpoint);
    target.pathname = url.pathname;
    target.search = url.search;
    return reach(target, { host: url.host, authorization });
  };
  return {
    isUnsigned,
    get,
    key: async (certificateUrl) => {
      const { status, body } = await get(certificateUrl).catch((error: unknown) => {
        throw error instanceof SnsRefusal ? error : unavailable('The certificate cannot be read now', error);
      });
      if (status !== 200)
        throw new SnsRefusal('bad-certificate', `${endpoint} answers ${status} for ${certificateUrl}`);
      try {
        return new X509Certificate(body).publicKey;
      } catch (error) {
        throw new SnsRefusal('bad-certificate', 'it cannot be read', error);
      }
    },
    completed: (notification) => {
      const [only] = instances;
      if (notification.attributes.size > 0 || only === undefined) return notification;
      const attributes = new Map([
        ['InstanceId', only],
        ['MessageVisibility', 'ALL'],
      ]);
      return { ...notification, attributes };
    },
  };
}
