// chatpush doctor [application]: asks every gateway whether it takes our credentials.
import { parseArgs } from 'node:util';
import { applicationsIn, createChannels } from '../channels.ts';
import { systemClock } from '../clock.ts';
import type { Environment } from '../config/config.ts';
import { readConfig } from '../config/environment.ts';
import { channelsToExamine } from '../doctor/examined.ts';
import { examine } from '../doctor/examine.ts';
import { askEmulator } from '../emulator-address.ts';
import { isNamed } from './application-name.ts';
import type { Say } from './say.ts';

const USAGE = `chatpush doctor [application]

Asks Apple and Google whether they take the credentials of every channel, or of those of one application, by name or ARN.
`;

/** Exit code 0: every channel is healthy; 1: one is not; 2: the command line cannot be understood. Throws ConfigError. */
export async function doctor(argv: readonly string[], environment: Environment, say: Say): Promise<number> {
  const { positionals } = parseArgs({ args: [...argv], allowPositionals: true });
  const [wanted, ...more] = positionals;
  if (more.length > 0) {
    say(USAGE);
    return 2;
  }
  const config = readConfig(environment);
  if (wanted !== undefined && !config.applications.some(({ arn }) => isNamed(arn, wanted))) {
    say(`The settings have no application ${wanted}.\n`);
    return 1;
  }
  const examined = channelsToExamine(config).filter(
    ({ applicationArn }) => wanted === undefined || isNamed(applicationArn, wanted),
  );
  if (examined.length === 0) {
    say('Nothing to examine: no channel leads to a real gateway.\n');
    return 0;
  }
  const openGateway = createChannels({
    applicationOf: applicationsIn(config.applications),
    everything: false,
    emulator: config.emulatorUrl === undefined ? undefined : await askEmulator(config.emulatorUrl),
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
  return verdicts.every(({ state }) => state === 'healthy') ? 0 : 1;
}
