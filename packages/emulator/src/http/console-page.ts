// The built page for a service that has no emulator: in production the same console shows contacts, channels and health.
import type { ServerResponse } from 'node:http';
import { builtPage } from './built-page.ts';
import { serveConsole } from './console-files.ts';

/** Read again on each request until it exists. */
let page: string | undefined;

/** Answers a request to read `/console/…`. */
export function serveConsolePage(path: string, response: ServerResponse): void {
  page ??= builtPage();
  void serveConsole(page, path, response);
}
