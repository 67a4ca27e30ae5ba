// Host and port ↔ the base URL of the service.

/** As shown in the greeting: the host as configured, in brackets if it is an IPv6 address. */
export const baseUrl = (host: string, port: number): string => `http://${authority(host, port)}`;

/** Host and port in the form of a URL or a CONNECT. */
export const authority = (host: string, port: number): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** The host in the form used to connect: URLs have brackets around IPv6 addresses. */
export const hostOf = ({ hostname }: Pick<URL, 'hostname'>): string => hostname.replace(/^\[|\]$/g, '');

export const isHttpUrl = (text: string): boolean =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

/** For a caller on the same machine: the addresses that mean "all addresses" cannot be connected to. */
export function baseUrlFromHere(host: string, port: number): string {
  const url = new URL(baseUrl(host, port));
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1';
  if (url.hostname === '[::]') url.hostname = '[::1]';
  return url.origin;
}
