// Host and port → the URL by which a service listening there is reached.

/** As a greeting shows it: the host as it was given, in brackets where it is an IPv6 address. */
export const baseUrl = (host: string, port: number): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`;

/** For a caller on the same machine: the addresses that stand for all of them are none to connect to. */
export function baseUrlFromHere(host: string, port: number): string {
  const url = new URL(baseUrl(host, port));
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1';
  if (url.hostname === '[::]') url.hostname = '[::1]';
  return url.origin;
}
