// chatpush doctor [application]: asks every gateway whether it accepts our credentials, and checks that the
// database is safe to use.
import { parseArgs } from 'node:util';
import { applicationsIn, createChannels } from '../channels/channels.ts';
import { systemClock } from '../clock.ts';
import type { Config, Environment } from '../config/config.ts';
import { readConfig } from '../config/environment.ts';
import { channelsToExamine } from '../doctor/examined.ts';
import { examine } from '../doctor/examine.ts';
import { askEmulator } from '../channels/emulator-address.ts';
import { isNamed } from './application-name.ts';
import { checkedNatsUrl } from '../addresses/nats-url.ts';
import type { Say } from './say.ts';
import { withStoredApplications } from './stored-applications.ts';

export const USAGE = `chatpush doctor [application] [--json]

Asks Apple and Google whether they accept the credentials of every channel, or only those of one application, given by name or ARN.
Without an application it also checks the settings of a PostgreSQL database or of JetStream's streams. With --json it prints
{ "healthy": …, "store": …, "channels": […] } for programs.
`;

/**
 * Exit code 0: every channel is healthy, and the database can be used; 1: one is not; 2: the command line is
 * invalid. Throws ConfigError.
 */
export async function doctor(argv: readonly string[], environment: Environment, say: Say): Promise<number> {
  const { positionals, values } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false } },
  });
  const [wanted, ...more] = positionals;
  if (more.length > 0) {
    say(USAGE);
    return 2;
  }
  const settings = readConfig(environment);
  const report: Report = { store: undefined, channels: [] };
  if (wanted === undefined && settings.store.kind !== 'sqlite')
    report.store = await examineStore(settings.store);
  const config = await withStoredApplications(settings).catch((error: unknown) => {
    // The examination of the database has found the same.
    report.store ??= { name: 'The store', broken: error instanceof Error ? error.message : String(error) };
    return settings;
  });
  if (wanted !== undefined && !config.applications.some(({ arn }) => isNamed(arn, wanted))) {
    const error = `There is no application ${wanted} in the settings or in the store.`;
    say(values.json ? `${JSON.stringify({ healthy: false, error })}\n` : `${error}\n`);
    return 1;
  }
  const examined = channelsToExamine(config).filter(
    ({ applicationArn }) => wanted === undefined || isNamed(applicationArn, wanted),
  );
  if (examined.length > 0) {
    const emulator = config.emulatorUrl === undefined ? undefined : await askEmulator(config.emulatorUrl);
    const openGateway = createChannels({
      applicationOf: applicationsIn(config.applications),
      everything: false,
      emulator: () => emulator,
      proxy: () => config.proxy,
      clock: systemClock,
    });
    report.channels = await Promise.all(
      examined.map(async ({ applicationArn, channel, to }) => {
        const { state, answer, says, cure } = await examine(openGateway, applicationArn, channel);
        return { applicationArn, channel, to, state, says, cure, answer };
      }),
    );
  }
  const healthy =
    report.store?.broken === undefined && report.channels.every(({ state }) => state === 'healthy');
  if (values.json) say(`${JSON.stringify({ healthy, ...report })}\n`);
  else tell(report, config.development, say);
  return healthy ? 0 : 1;
}

interface Report {
  /** Absent for SQLite, which is a file of ours, unless it cannot be read. `warnings`: risks of losing accepted pushes. */
  store:
    | { readonly name: string; readonly warnings?: readonly string[]; readonly broken?: string }
    | undefined;
  channels: readonly ({
    readonly applicationArn: string;
    readonly channel: string;
    readonly to: string;
  } & Awaited<ReturnType<typeof examine>>)[];
}

function tell({ store, channels }: Report, isDevelopment: boolean, say: Say): void {
  if (store?.broken !== undefined) say(`${store.name}: broken\n  ${store.broken}\n`);
  else if (store !== undefined) {
    const { name, warnings = [] } = store;
    say(`${name}: ${warnings.length === 0 ? 'healthy' : 'works, but may lose accepted pushes'}\n`);
    for (const warning of warnings) say(`  ${warning}\n`);
  }
  if (channels.length === 0)
    say(
      isDevelopment
        ? 'Nothing to examine: with the development defaults every channel is emulated, so there is no credential to refuse.\n  To try a push through the emulator of the running service: chatpush send --application support --type GCM --token a-phone "Hello"\n'
        : 'Nothing to examine: no channel leads to a real gateway.\n',
    );
  for (const { applicationArn, channel, to, state, answer, says, cure } of channels) {
    say(`${channel} of ${applicationArn} (${to}): ${state}\n`);
    say(`  ${says}\n`);
    if (cure !== undefined) say(`  What to do: ${cure}.\n`);
    if (answer !== '') say(`  The answer was: ${answer}\n`);
  }
}

async function examineStore(store: Exclude<Config['store'], { kind: 'sqlite' }>): Promise<Report['store']> {
  const name = store.kind === 'nats' ? 'JetStream' : 'PostgreSQL';
  try {
    return { name, warnings: await examineDatabase(store) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { name, broken: error.message };
  }
}

/** Sentences about risks of losing accepted pushes; rejects with what is wrong. */
async function examineDatabase(
  store: Exclude<Config['store'], { kind: 'sqlite' }>,
): Promise<readonly string[]> {
  if (store.kind === 'postgres') {
    const { examinePostgres } = await import('../store/postgres/postgres-store.ts');
    return examinePostgres(store.url.reveal());
  }
  const { examineJetStream } = await import('../store/jetstream/examine.ts');
  const address = checkedNatsUrl(store.url.reveal());
  return examineJetStream(address);
}
