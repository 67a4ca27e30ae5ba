// The URL of a database with several hosts (`postgres://a,b:5433/db`, as in libpq) ↔ one URL per host, which is
// what the driver accepts.

const SEVERAL_HOSTS = /^(postgres(?:ql)?:\/\/(?:[^@/?#]*@)?)([^/?#]*)(.*)$/;

/** One URL per host, in order; undefined if the text is not such a URL. */
export function databaseUrls(text: string): string[] | undefined {
  const [, before, hosts, after] = SEVERAL_HOSTS.exec(text) ?? [];
  if (before === undefined || hosts === undefined || after === undefined) return undefined;
  const urls = hosts.split(',').map((host) => `${before}${host}${after}`);
  return urls.every((url) => URL.canParse(url)) && (urls.length === 1 || !hosts.split(',').includes(''))
    ? urls
    : undefined;
}

/** Host, port and database, without user, password and parameters: for messages. */
export function databaseName(url: string): string {
  const { host, pathname, searchParams } = new URL(url);
  return `${searchParams.get('host') ?? host}${pathname}`;
}
