// Host and port ↔ the base URL of the service there.

/** As a greeting shows it: the host as it was given, in brackets where it is an IPv6 address. */
export const baseUrl = (host: string, port: number): string => `http://${authority(host, port)}`;

/** Host and port as they stand in a URL or a CONNECT. */
export const authority = (host: string, port: number): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** The host as one connects to it: a URL has brackets around an IPv6 address. */
export const hostOf = ({ hostname }: Pick<URL, 'hostname'>): string => hostname.replace(/^\[|\]$/g, '');

export const isHttpUrl = (text: string): boolean =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

/** For a caller on the same machine: the addresses that stand for all of them are none to connect to. */
export function baseUrlFromHere(host: string, port: number): string {
  const url = new URL(baseUrl(host, port));
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1';
  if (url.hostname === '[::]') url.hostname = '[::1]';
  return url.origin;
}
