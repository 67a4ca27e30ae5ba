// What is wrong with a setting about callers, and how to mend it.
import { isIP, isIPv4 } from 'node:net';

/** RFC 6750 §2.1 says which characters a bearer key may have. */
export function bearerSecretFault(text: string): string | undefined {
  if (!/^[\w.~+/-]+=*$/.test(text))
    return 'has characters that no bearer key may have; write letters and digits, such as "openssl rand -hex 32" gives';
  return text.length < 20
    ? 'is short enough to be guessed; write at least 20 random characters, such as "openssl rand -hex 32" gives'
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
