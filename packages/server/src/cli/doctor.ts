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

export const USAGE = `chatpush doctor [application]

Asks Apple and Google whether they accept the credentials of every channel, or only those of one application, given by name or ARN.
Without an application it also checks the settings of a PostgreSQL database or of JetStream's streams.
`;

/**
 * Exit code 0: every channel is healthy, and the database can be used; 1: one is not; 2: the command line is
 * invalid. Throws ConfigError.
 */
export async function doctor(argv: readonly string[], environment: Environment, say: Say): Promise<number> {
  const { positionals } = parseArgs({ args: [...argv], allowPositionals: true });
  const [wanted, ...more] = positionals;
  if (more.length > 0) {
    say(USAGE);
    return 2;
  }
  const settings = readConfig(environment);
  let isStoreGood = wanted !== undefined || (await examineStore(settings.store, say));
  const config = await withStoredApplications(settings).catch((error: unknown) => {
    // PostgreSQL's examination has already said so.
    if (isStoreGood) say(`${error instanceof Error ? error.message : String(error)}\n`);
    isStoreGood = false;
    return settings;
  });
  if (wanted !== undefined && !config.applications.some(({ arn }) => isNamed(arn, wanted))) {
    say(`There is no application ${wanted}, neither in the settings nor in the store.\n`);
    return 1;
  }
  const examined = channelsToExamine(config).filter(
    ({ applicationArn }) => wanted === undefined || isNamed(applicationArn, wanted),
  );
  if (examined.length === 0) {
    say(
      config.development
        ? 'Nothing to examine: with the development defaults every channel is emulated, so there is no credential to refuse.\n  To try a push through the emulator of the running service: chatpush send --application support --type GCM --token a-phone "Hello"\n'
        : 'Nothing to examine: no channel leads to a real gateway.\n',
    );
    return isStoreGood ? 0 : 1;
  }
  const emulator = config.emulatorUrl === undefined ? undefined : await askEmulator(config.emulatorUrl);
  const openGateway = createChannels({
    applicationOf: applicationsIn(config.applications),
    everything: false,
    emulator: () => emulator,
    proxy: () => config.proxy,
    clock: systemClock,
  });
  const verdicts = await Promise.all(
    examined.map(({ applicationArn, channel }) => examine(openGateway, applicationArn, channel)),
  );
  for (const [index, { applicationArn, channel, to }] of examined.entries()) {
    const { state, answer, says, cure } = verdicts[index]!;
    say(`${channel} of ${applicationArn} (${to}): ${state}\n`);
    say(`  ${says}\n`);
    if (cure !== undefined) say(`  What to do: ${cure}.\n`);
    if (answer !== '') say(`  The answer was: ${answer}\n`);
  }
  return isStoreGood && verdicts.every(({ state }) => state === 'healthy') ? 0 : 1;
}

/** Whether the store can be used. Risks of losing accepted pushes are printed but do not make it fail. */
async function examineStore(store: Config['store'], say: Say): Promise<boolean> {
  if (store.kind === 'sqlite') return true;
  const name = store.kind === 'nats' ? 'JetStream' : 'PostgreSQL';
  try {
    const warnings = await examineDatabase(store);
    say(`${name}: ${warnings.length === 0 ? 'healthy' : 'works, but may lose accepted pushes'}\n`);
    for (const warning of warnings) say(`  ${warning}\n`);
    return true;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    say(`${name}: broken\n  ${error.message}\n`);
    return false;
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
