// What is wrong with a setting about callers, and how to fix it.
import { isIP, isIPv4 } from 'node:net';
import { ACTIONS, OPERATIONS, actionOf, actionsNamed } from '@chatpush/wire';
import type { Operation } from '@chatpush/wire';

export function actionFault(name: string): string | undefined {
  if (actionsNamed(name).length > 0) return undefined;
  return `is ${JSON.stringify(name)}, which no action is called; write one of ${ACTIONS.join(', ')}, or the beginning of some and "*"`;
}

const BEARER_OPERATIONS = Object.values<Operation>(OPERATIONS).filter(({ bearer }) => bearer !== undefined);

/** What a bearer key with this right may do. */
export const actionsOfRight = (right: Operation['bearer']): readonly string[] =>
  BEARER_OPERATIONS.filter(({ bearer }) => bearer === right).map(actionOf);

/** An action that no bearer key can have would be refused on every call. */
export function bearerActionFault(name: string): string | undefined {
  const taken = BEARER_OPERATIONS.map(actionOf);
  return actionsNamed(name).some((action) => taken.includes(action))
    ? undefined
    : `is ${JSON.stringify(name)}, which does not accept bearer keys, only signatures; write one of ${taken.join(', ')}, or give the caller an access key`;
}

/** RFC 6750 §2.1 defines the characters of a bearer key. */
export function bearerSecretFault(text: string): string | undefined {
  if (!/^[\w.~+/-]+=*$/.test(text))
    return 'has characters that a bearer key must not have; use letters and digits, such as the output of "openssl rand -hex 32"';
  return text.length < 20
    ? 'is short enough to be guessed; use at least 20 random characters, such as the output of "openssl rand -hex 32"'
    : undefined;
}

export function networkFault(text: string): string | undefined {
  const [address = '', bits, ...rest] = text.split('/');
  const most = isIPv4(address) ? 32 : 128;
  const fits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
  return isIP(address) !== 0 && fits && rest.length === 0
    ? undefined
    : `is ${JSON.stringify(text)}; write an address or a network, such as "10.0.0.5" or "10.0.0.0/8"`;
}
