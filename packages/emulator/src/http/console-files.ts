// Serves the files of the built web page, from one directory only.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.ico': 'image/x-icon',
};

/**
 * Nothing is loaded from other hosts: no font, image or script. All requests go to this server. The page's own meta tag says the
 * same, except for frames, which only a header can forbid.
 */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

const NO_PAGE =
  '<!DOCTYPE html><html lang="en"><title>chatpush emulator</title><p>The web page is not part of this build. Phones are at <a href="/emulator/phones">/emulator/phones</a>, faults at <a href="/emulator/faults">/emulator/faults</a>.</p></html>\n';

function html(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...HEADERS, 'content-type': TYPES['.html'] });
  response.end(text);
}

/** Answers `/console/…`. Paths outside the directory or without a file are 404. */
export async function serveConsole(
  directory: string | undefined,
  path: string,
  response: ServerResponse,
): Promise<void> {
  if (path === '/console') {
    response.writeHead(301, { location: '/console/' });
    return void response.end();
  }
  if (directory === undefined) return html(response, 200, NO_PAGE);
  const root = normalize(directory + sep);
  const name = path.slice('/console/'.length) || 'index.html';
  let file: string;
  try {
    file = join(root, decodeURIComponent(name));
    if (!file.startsWith(root) || !(await stat(file)).isFile())
      return html(response, 404, 'There is no such page.\n');
  } catch {
    return html(response, 404, 'There is no such page.\n'); // missing, or not a valid path
  }
  response.writeHead(200, {
    ...HEADERS,
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    // Vite puts a hash into the names of all files except the entry page.
    'cache-control': name === 'index.html' ? 'no-cache' : 'max-age=3600',
  });
  await pipeline(createReadStream(file), response).catch((error: unknown) =>
    response.destroy(error as Error),
  );
}
