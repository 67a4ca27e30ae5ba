// Bearer keys: for backends without an AWS SDK. Each gives access to one instance and to some of our own operations
// only; operations of AWS SDKs must be signed. A bearer key is a secret sent with every call, so it is accepted
// only if nobody in between can read it.
import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Operation } from '@chatpush/wire';
import type { Caller } from '../operations/handlers.ts';
import { ServiceError } from '../service-error.ts';
import { createAddressList } from './client-address.ts';
import { permissionsOf } from './permissions.ts';
import { isPrivate, pathOf } from './private-path.ts';

export interface BearerKey {
  /** Its name in logs. */
  readonly id: string;
  readonly secret: string;
  /** The one instance (bare id) it is for. */
  readonly instance: string;
  /** Names of actions, or prefixes ending in `*`. */
  readonly actions: readonly string[];
}

/**
 * The caller of an `Authorization: Bearer …` header, or undefined without such a header. Throws
 * AccessDeniedException if the key could have been read on its way, or if the operation accepts none;
 * UnrecognizedClientException for an unknown key.
 */
export type VerifyBearer = (request: IncomingMessage, operation: Operation) => Caller | undefined;

export function createVerifyBearer(options: {
  readonly keys: readonly BearerKey[];
  /** Addresses (`10.0.0.5`) and networks (`10.0.0.0/8`) of proxies that terminate TLS. */
  readonly trustedProxies: readonly string[];
}): VerifyBearer {
  // Keyed by hash, so that the time of a look-up reveals nothing about a secret.
  const keys = new Map(
    options.keys.map(({ id, secret, instance, actions }): [string, Caller] => [
      hash('sha256', secret),
      { accessKeyId: id, ...permissionsOf({ instances: [instance], actions }) },
    ]),
  );
  const isTrusted = createAddressList(options.trustedProxies);
  return (request, operation) => {
    const secret = /^Bearer +([\w.~+/-]+=*) *$/i.exec(request.headers.authorization ?? '')?.[1];
    if (secret === undefined) return undefined;
    checkPath(request, isTrusted);
    const key = keys.get(hash('sha256', secret));
    if (key === undefined)
      throw new ServiceError('UnrecognizedClientException', 'The bearer key is unknown.');
    if (operation.bearer === undefined)
      throw new ServiceError(
        'AccessDeniedException',
        `${operation.name} does not accept bearer keys; sign the request.`,
      );
    return key;
  };
}

function checkPath(request: IncomingMessage, isTrusted: (address: string) => boolean): void {
  const path = pathOf(request, isTrusted);
  if (isPrivate(path)) return;
  throw new ServiceError(
    'AccessDeniedException',
    path === 'proxy-without-tls'
      ? 'Bearer keys are accepted only over TLS, and the proxy does not send X-Forwarded-Proto: https.'
      : 'Bearer keys are accepted only on loopback, or from a proxy that is listed in trustedProxies.',
  );
}
