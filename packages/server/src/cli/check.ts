// chatpush check [file]: reads the settings like a start would, and prints every mistake, or what would run.
import { parseArgs } from 'node:util';
import { whereTo } from '../channels/channels.ts';
import type { Config, Environment } from '../config/config.ts';
import { ConfigError, readConfig } from '../config/environment.ts';
import type { Say } from './say.ts';
import { withStoredApplications } from './stored-applications.ts';

export const USAGE = `chatpush check [file] [--json]

Reads the settings (CHATPUSH_CONFIG, or the file) as a start would, and prints every mistake, or what would run, including
the applications in the store. With --json it prints { "ok": …, "mistakes": [{ "where": …, "what": … }] } for programs.
`;

/**
 * Exit code 0: a service would start with these settings; 1: it would not, and every mistake was printed; 2: the
 * command line is invalid.
 */
export async function check(argv: readonly string[], environment: Environment, say: Say): Promise<number> {
  const { positionals, values } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false } },
  });
  const [argument, ...more] = positionals;
  // An empty argument is a variable that was not set; falling back to the defaults would report no mistakes for a
  // file nobody read.
  if (more.length > 0 || argument === '') {
    say(USAGE);
    return 2;
  }
  try {
    const config =
      argument === undefined
        ? readConfig(environment)
        : readConfig({ ...environment, CHATPUSH_CONFIG: argument }, { fileNamedBy: 'the argument' });
    const file = argument ?? environment['CHATPUSH_CONFIG'];
    if (values.json) say(`${JSON.stringify({ ok: true, mistakes: [] })}\n`);
    else say(`${file ? file : 'The development defaults'}: no mistakes.\n${await summary(config)}`);
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    say(values.json ? `${JSON.stringify({ ok: false, mistakes: error.mistakes })}\n` : `${error.message}\n`);
    return 1;
  }
}

const DAY_MS = 86_400_000;
/** Apple's certificates are valid for a year; two months are enough notice. */
const SOON_MS = 60 * DAY_MS;

/** A store that cannot be reached from here is not a mistake: settings are often checked on another machine. */
async function summary(config: Config): Promise<string> {
  let unread: string | undefined;
  const { accessKeys, instances, applications, autoCreate, proxy } = await withStoredApplications(
    config,
  ).catch((error: unknown) => {
    unread = error instanceof Error ? error.message : String(error);
    return config;
  });
  const inStore = applications.length - config.applications.length;
  const count = (list: readonly unknown[], noun: string): string =>
    `${list.length} ${noun}${list.length === 1 ? '' : 's'}`;
  const lines = [
    `  ${count(accessKeys, 'access key')}, ${count(instances, 'instance')}, ${count(applications, 'application')}${inStore > 0 ? `, ${inStore} of them in the store` : ''}`,
  ];
  for (const { id, instances: named, applications: usable } of accessKeys)
    if (named !== 'all' && usable === 'all' && applications.length > 1)
      lines.push(
        `  the access key ${id} is limited to some instances but can register devices with every application: list its own under "applications"`,
      );
  if (unread !== undefined)
    lines.push(`  the applications in the store are not among them, because it could not be read. ${unread}`);
  else if (applications.length === 0 && autoCreate !== 'all')
    lines.push(
      '  no application, so no device can be registered: add "applications", or create one with "aws pinpoint create-app"',
    );
  for (const { arn, channels } of applications) {
    for (const [name, channel] of Object.entries(channels)) {
      lines.push(`  ${name.padEnd(13)}${arn}: ${whereTo(channel)}`);
      if (channel.gateway !== 'apns' || !('expiresAt' in channel.auth)) continue;
      const { expiresAt } = channel.auth;
      const day = new Date(expiresAt).toISOString().slice(0, 10);
      const soon = expiresAt - Date.now() < SOON_MS;
      lines.push(`${' '.repeat(15)}its certificate ends on ${day}${soon ? ': renew it soon' : ''}`);
    }
    if (Object.keys(channels).length === 0) lines.push(`  ${arn}: no channels, so nothing can be sent`);
  }
  if (autoCreate === 'all') lines.push('  every other application: EMULATED, created on first use');
  for (const { topicArn, endpoint } of config.sources.sns)
    if (endpoint !== undefined)
      lines.push(`  ${topicArn}: from a stand-in for Amazon SNS at ${endpoint}, for development only`);
  if (proxy) lines.push('  real gateways are reached through the proxy');
  lines.push('  To check the credentials with Apple and Google, run: chatpush doctor');
  return `${lines.join('\n')}\n`;
}
