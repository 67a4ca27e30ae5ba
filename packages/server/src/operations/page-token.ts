// Where a page of a list ended, as the opaque text that callers send back. Positions are numbers of the store,
// which count the activity of all tenants, so they are encrypted, and valid only for the list of the contact that
// they came from.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { ServiceError } from '../service-error.ts';

/** What a token is valid for. */
export interface PageScope {
  readonly list: 'applications' | 'deliveries' | 'instance-deliveries' | 'registrations';
  readonly instanceId: string;
  readonly contactId: string;
}

export interface PageTokens {
  seal(scope: PageScope, position: string): string;
  /**
   * The position, or undefined for the first page. Throws InvalidParameterException for anything that `seal` did
   * not create for this scope.
   */
  open(scope: PageScope, token: string | undefined): string | undefined;
}

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * `keys`: 32 bytes each, the same on every node. The first one seals, any of them opens; asked each time, because
 * they may change.
 */
export function createPageTokens(keys: () => readonly Uint8Array[]): PageTokens {
  const scopeOf = ({ list, instanceId, contactId }: PageScope) =>
    Buffer.from(JSON.stringify([list, instanceId, contactId]));
  return {
    seal(scope, position) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, keys()[0]!, nonce).setAAD(scopeOf(scope));
      const sealed = Buffer.concat([nonce, cipher.update(position), cipher.final(), cipher.getAuthTag()]);
      return sealed.toString('base64url');
    },
    open(scope, token) {
      if (token === undefined) return undefined;
      const sealed = Buffer.from(token, 'base64url');
      let cause: unknown;
      for (const key of keys())
        try {
          const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), {
            authTagLength: TAG_BYTES,
          })
            .setAAD(scopeOf(scope))
            .setAuthTag(sealed.subarray(-TAG_BYTES));
          return (
            decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)).toString() + decipher.final('utf8')
          );
        } catch (error) {
          cause = error;
        }
      throw new ServiceError('InvalidParameterException', 'The NextToken does not belong to this list.', {
        cause,
      });
    },
  };
}
