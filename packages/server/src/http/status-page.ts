// The page at `/` for people: the state of the service, where its channels lead, and its links. It looks like the
// console.
import { createHash } from 'node:crypto';
import { ALL_OPERATIONS } from './routes.ts';

export interface Readiness {
  readonly ready: boolean;
  /** What was checked, each `ok` or what is wrong with it: `{ store: 'ok' }`. Shown to anyone who asks. */
  readonly checks: Readonly<Record<string, string>>;
}

export interface Link {
  readonly href: string;
  readonly text: string;
}

/** The console's colours and type, `packages/console/src/style/page.css`. */
const STYLE = `
:root { color-scheme: light dark; --panel: light-dark(#fff, #1c1f21); --line: light-dark(#e0e0da, #2e3335);
  --soft: light-dark(#5b5f5c, #a3aaa8); --accent: light-dark(#1a6b57, #6fd0b5); --alarm: light-dark(#a8321c, #ff9c85);
  font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif;
  color: light-dark(#1b1d1c, #eceeed); background: light-dark(#f5f5f2, #131516); }
body { max-width: 960px; margin: 0 auto; padding: 32px 20px; }
h1 { margin: 0; font-size: 22px; } h2 { margin: 0 0 8px; font-size: 16px; } p { margin: 4px 0 0; color: var(--soft); }
section { margin-top: 20px; padding: 16px 20px; background: var(--panel); border: 1px solid var(--line); border-radius: 10px; overflow-x: auto; }
nav { display: flex; flex-wrap: wrap; gap: 6px 16px; margin-top: 12px; } a { color: var(--accent); }
table { border-collapse: collapse; width: 100%; } th, td { padding: 4px 16px 4px 0; text-align: left; vertical-align: top; font-weight: 400; }
tr + tr > * { border-top: 1px solid var(--line); } .bad { color: var(--alarm); font-weight: 650; }
code { font-family: ui-monospace, 'SF Mono', Menlo, Consolas, monospace; font-size: 0.88em; overflow-wrap: anywhere; }
`;

/** Nothing may be loaded or run; only this style applies. */
export const STATUS_PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; frame-ancestors 'none'`;

export function statusPage(
  { ready, checks }: Readiness,
  channels: Readonly<Record<string, string>>,
  links: readonly Link[],
): string {
  const rows = (states: Readonly<Record<string, string>>): string =>
    Object.entries(states)
      .map(([name, state]) => `<tr><th scope="row">${escape(name)}</th><td>${escape(state)}</td></tr>`)
      .join('');
  const pointed = links.map(({ href, text }) => `<a href="${escape(href)}">${escape(text)}</a>`);
  const operations = Object.values(ALL_OPERATIONS).map(
    ({ name, method, path }) => `<tr><td>${name}</td><td><code>${method} ${escape(path)}</code></td></tr>`,
  );
  const leads =
    Object.keys(channels).length === 0
      ? ''
      : `<section><h2>Channels</h2><table>${rows(channels)}</table></section>`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>chatpush</title>
<style>${STYLE}</style>
<h1>chatpush</h1>
<p>Push notifications for mobile chat. The service is ${ready ? 'ready' : '<strong class="bad">not ready</strong>'}.</p>
<nav>${pointed.join('')}</nav>
<section><h2>Service</h2><table>${rows(checks)}</table></section>
${leads}
<section><h2>Operations</h2>
<p>Signed with AWS Signature Version 4, for the service <code>connect</code>, or <code>mobiletargeting</code> under <code>/v1/</code>.</p>
<table>${operations.join('')}</table></section>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escape = (text: string): string => text.replace(/[&<>"]/g, (character) => ENTITIES[character]!);
