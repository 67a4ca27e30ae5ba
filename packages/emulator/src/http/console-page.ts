// The built page for a service that has no emulator: in production the same console shows contacts, channels and health.
import type { ServerResponse } from 'node:http';
import { builtPage } from './built-page.ts';
import { serveConsole } from './console-files.ts';

/** Answers a request to read `/console/…`. */
export const serveConsolePage = (path: string, response: ServerResponse): void =>
  void serveConsole(builtPage(), path, response);
