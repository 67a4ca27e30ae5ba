// Bearer keys: for backends without an AWS SDK. Each opens one instance, to some of our own operations only; what AWS SDKs
// call stays signed. A bearer key is a secret that travels, so it is taken only where nobody in between can read it.
import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Operation } from '@chatpush/wire';
import type { Caller } from '../operations/handlers.ts';
import { ServiceError } from '../service-error.ts';
import { createAddressList } from './client-address.ts';
import { permissionsOf } from './permissions.ts';
import { pathOf } from './private-path.ts';

export interface BearerKey {
  /** Its name in logs. */
  readonly id: string;
  readonly secret: string;
  /** The one instance (bare id) it is for. */
  readonly instance: string;
  /** Names of actions, or beginnings of names with `*` at the end. */
  readonly actions: readonly string[];
}

/**
 * The caller behind an `Authorization: Bearer …` header, or undefined without such a header. Throws AccessDeniedException where
 * the key could have been read on its way, or the operation takes none; UnrecognizedClientException for an unknown one.
 */
export type VerifyBearer = (request: IncomingMessage, operation: Operation) => Caller | undefined;

export function createVerifyBearer(options: {
  readonly keys: readonly BearerKey[];
  /** Addresses (`10.0.0.5`) and networks (`10.0.0.0/8`) of proxies that speak TLS with callers. */
  readonly trustedProxies: readonly string[];
}): VerifyBearer {
  // By hash: how long a look-up takes then says nothing about a secret.
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
      throw new ServiceError('UnrecognizedClientException', 'The bearer key is not known here.');
    if (operation.bearer === undefined)
      throw new ServiceError(
        'AccessDeniedException',
        `${operation.name} takes no bearer keys; sign the request.`,
      );
    return key;
  };
}

function checkPath(request: IncomingMessage, isTrusted: (address: string) => boolean): void {
  const path = pathOf(request, isTrusted);
  if (path === 'tls' || path === 'loopback') return;
  throw new ServiceError(
    'AccessDeniedException',
    path === 'proxy-without-tls'
      ? 'Bearer keys travel over TLS only, and the proxy does not say X-Forwarded-Proto: https.'
      : 'Bearer keys are taken on loopback, or from a proxy that the settings name in trustedProxies.',
  );
}
