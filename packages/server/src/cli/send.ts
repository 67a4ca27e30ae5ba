// chatpush send: one push to one device through the same code as all others, and its result in plain words.
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { applicationsIn, createChannels, whereTo } from '../channels/channels.ts';
import { baseUrlFromHere } from '../addresses/base-url.ts';
import { systemClock } from '../clock.ts';
import { CHANNEL_NAMES } from '../config/config.ts';
import type { ChannelName, Environment } from '../config/config.ts';
import { readConfig } from '../config/environment.ts';
import { answererOf } from '../doctor/answerer.ts';
import { attemptOnce } from '../doctor/attempt-once.ts';
import type { Attempted } from '../doctor/attempt-once.ts';
import { SAYS_YES_TO_ALL, diagnose } from '../doctor/diagnoses.ts';
import { wordsOf } from '../doctor/examine.ts';
import { findEmulator } from '../channels/emulator-address.ts';
import { isNamed } from './application-name.ts';
import type { Say } from './say.ts';
import { withStoredApplications } from './stored-applications.ts';

export const USAGE =
  'chatpush send --application <arn or name> --type APNS|APNS_SANDBOX|GCM --token <token> [--json] "text"\n\nPushes once to one device and explains the result. With --json it prints { "accepted": …, "outcome": …, "answer": … } for programs.\n';
const UPDATES = {
  APNS: 'aws pinpoint update-apns-channel',
  APNS_SANDBOX: 'aws pinpoint update-apns-sandbox-channel',
  GCM: 'aws pinpoint update-gcm-channel',
} as const satisfies Record<ChannelName, string>;

/** Long enough for a phone to be switched on. */
const TTL_MS = 3_600_000;

/** Exit code 0: the gateway accepted it; 1: it did not; 2: the command line is invalid. Throws ConfigError. */
export async function send(argv: readonly string[], environment: Environment, say: Say): Promise<number> {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: { application: text, type: text, token: text, json: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const { application, type, token } = values;
  const deviceType = CHANNEL_NAMES.find((name) => name === type);
  const [body, ...more] = positionals;
  if (!application || !deviceType || !token || body === undefined || more.length > 0) {
    say(USAGE);
    return 2;
  }
  /** Reports that nothing was sent. `about` is left out of the JSON. */
  const fail = (error: string, about = ''): number => {
    say(values.json ? `${JSON.stringify({ accepted: false, error })}\n` : `${about}${error}\n`);
    return 1;
  };
  const settings = readConfig(environment);
  const everything = settings.autoCreate === 'all';
  const isWanted = ({ arn }: { readonly arn: string }): boolean => isNamed(arn, application);
  const isInFile = settings.applications.some(isWanted);
  const config = isInFile ? settings : await withStoredApplications(settings);
  const configured = config.applications.find(isWanted);
  if (!configured && !everything) {
    const names = config.applications.map(({ arn }) => arn).join(', ');
    const others = names === '' ? 'There are no applications.' : `The applications are: ${names}.`;
    return fail(`There is no application ${application} in the settings or in the store. ${others}`);
  }
  if (configured && !configured.channels[deviceType]) {
    const how = isInFile
      ? 'add it to its "channels" in the settings'
      : `set it up with ${UPDATES[deviceType]}`;
    return fail(`${configured.arn} has no channel ${deviceType}; ${how}.`);
  }
  const arn = configured?.arn ?? application;
  // Applications created on first use are emulated.
  const to = whereTo(configured?.channels[deviceType] ?? { gateway: 'emulated' });
  const emulator = to === 'EMULATED' ? await findEmulator(config) : undefined;
  const openGateway = createChannels({
    applicationOf: applicationsIn(config.applications),
    everything,
    emulator: () => emulator,
    proxy: () => config.proxy,
    clock: systemClock,
  });
  const deliveryId = randomUUID();
  const attempted = await attemptOnce(
    openGateway,
    { applicationArn: arn, deviceType },
    {
      deliveryId,
      deviceToken: deviceType === 'GCM' ? token : token.toLowerCase(),
      title: '',
      body,
      data: {
        initialContactId: 'chatpush-send',
        messageId: deliveryId,
        messageType: 'MESSAGE',
        contentType: 'text/plain',
      },
      expiresAt: systemClock.now() + TTL_MS,
    },
  );
  const heading = `${deviceType} of ${arn} (${to}):\n`;
  if (attempted === undefined)
    return fail(
      `The channel is emulated, but no emulator answers at ${baseUrlFromHere(config.host, config.port)}: start the service, or set CHATPUSH_EMULATOR_URL.`,
      heading,
    );
  say(
    values.json
      ? `${JSON.stringify(resultOf(attempted, arn, deviceType, to))}\n`
      : `${heading}${verdictOf(attempted, deviceType)}`,
  );
  return attempted.found.kind === 'accepted' ? 0 : 1;
}

/** The result for programs. */
function resultOf({ found }: Attempted, applicationArn: string, channel: ChannelName, to: string): object {
  const answer = wordsOf(found);
  const diagnosis = diagnose(answer, channel);
  return {
    accepted: found.kind === 'accepted',
    applicationArn,
    channel,
    to,
    outcome: found.kind,
    answer,
    ...(diagnosis && { says: diagnosis.says, cure: diagnosis.cure }),
  };
}

function verdictOf({ gateway, found }: Attempted, channel: ChannelName): string {
  const { kind, of, who } = answererOf(gateway, channel);
  const answer = wordsOf(found);
  const diagnosis = diagnose(answer, channel);
  const cure = diagnosis ? `  ${diagnosis.says}\n  What to do: ${diagnosis.cure}.\n` : '';
  switch (found.kind) {
    case 'accepted': {
      const accepted = `${who} accepted it in ${Math.round(found.ms)} ms (${answer})`;
      if (kind === 'emulator')
        return `${accepted}; no real phone was reached.
  What to do: give the channel a "gateway" other than "emulated" in the settings.
`;
      const beyond =
        kind === 'stand-in'
          ? `\n  ${of} was not asked: the channel's "url" is another server, and only that knows whether the push reaches a phone.`
          : '';
      return `${accepted}.${beyond}
  If the phone shows nothing: is it online, does the app have permission to notify, is the app in the background,
  is a focus or do-not-disturb mode on? ${of === 'Google' ? 'A data message is shown by the app itself: does its onMessageReceived do so?' : 'Does the app have a notification extension that fails?'}
`;
    }
    case 'unknown':
      return diagnosis === SAYS_YES_TO_ALL
        ? `${who} did not answer, but something else: ${answer}\n${cure}`
        : `${who} did not answer (${answer}): the push may have arrived. Check the phone.\n`;
    case 'rejected':
    case 'unsent':
    case 'trouble': {
      const refused = found.kind === 'rejected' ? 'refused it' : 'was not asked';
      return `${who} ${refused}: ${answer}\n${cure}`;
    }
  }
}
