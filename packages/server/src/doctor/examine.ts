// Examines a channel without disturbing anyone: creates a token, connects, and sends the gateway something that no
// device can receive.
import type { ChannelName } from '../config/config.ts';
import type { OpenGateway } from '../delivery/outlets.ts';
import type { Push } from '../gateways/gateway.ts';
import { answererOf } from './answerer.ts';
import type { Answerer } from './answerer.ts';
import { attemptOnce } from './attempt-once.ts';
import type { Found } from './attempt-once.ts';
import { SAYS_YES_TO_ALL, diagnose } from './diagnoses.ts';

export interface Verdict {
  /** `unclear`: the gateway said nothing about the settings, because it is busy or broken. */
  readonly state: 'healthy' | 'broken' | 'unclear';
  /** The gateway's answer, or the connection error. */
  readonly answer: string;
  /** What is wrong, or what was proven. */
  readonly says: string;
  readonly cure?: string;
}

/** No device has such a token: Apple's are hexadecimal, and Google's far longer. */
const NO_DEVICE = 'no-such-device';

/** If any setting is wrong, the gateway refuses this because of it; otherwise because of its device. */
const PROBE: Push = {
  deliveryId: '00000000-0000-8000-8000-000000000000',
  deviceToken: NO_DEVICE,
  title: '',
  body: '',
  data: {},
  expiresAt: 0,
  validateOnly: true,
};

/** Rejects with the signal's reason. */
export async function examine(
  openGateway: OpenGateway,
  applicationArn: string,
  channel: ChannelName,
  signal?: AbortSignal,
): Promise<Verdict> {
  const attempted = await attemptOnce(openGateway, { applicationArn, deviceType: channel }, PROBE, signal);
  if (attempted === undefined)
    return {
      state: 'broken',
      answer: '',
      says: 'The channel is emulated, but there is no emulator.',
      cure: 'set CHATPUSH_EMULATOR_URL to the address of one',
    };
  const { found } = attempted;
  const answer = wordsOf(found);
  // FCM only validates the message, and may accept it without looking up the device. Apple delivers or refuses.
  const isTaken = found.kind === 'accepted' && channel === 'GCM';
  if (isTaken || (found.kind === 'rejected' && isExpected(found)))
    return { state: 'healthy', answer, says: showsOf(answererOf(attempted.gateway, channel)) };
  const diagnosis = found.kind === 'accepted' ? SAYS_YES_TO_ALL : diagnose(answer, channel);
  if (diagnosis) return { state: 'broken', answer, says: diagnosis.says, cure: diagnosis.cure };
  const isOurs = found.kind === 'rejected' && found.verdict === 'credential';
  if (isOurs || (found.kind === 'trouble' && found.trouble.about === 'credential'))
    return {
      state: 'broken',
      answer,
      says: 'The gateway refuses the credential for an undocumented reason.',
    };
  return {
    state: 'unclear',
    answer,
    says: 'The answer says nothing about the settings: the gateway is busy or broken, or something else answers in its place.',
    cure: 'try again in a minute',
  };
}

/**
 * A gateway looks up the device after all other checks, so any other answer about a fake device points to another
 * problem.
 */
const isExpected = ({ verdict, reason }: Extract<Found, { kind: 'rejected' }>): boolean =>
  (verdict === 'token-suspect' || verdict === 'token-dead') &&
  ['BadDeviceToken', 'INVALID_ARGUMENT', 'UNREGISTERED'].includes(reason);

/** What is proven for a healthy channel, and what is not. */
function showsOf({ kind, of, who }: Answerer): string {
  if (kind === 'emulator') return `The emulator answers. It reaches no real phone, and ${of} was not asked.`;
  const shown =
    of === 'Google'
      ? `${who} answers, the service account got an access token, and its project may send.`
      : `${who} answers and did not refuse the key and team, or the certificate.`;
  const open =
    kind === 'stand-in'
      ? `whether ${of} agrees and pushes reach phones`
      : of === 'Google'
        ? 'that the app belongs to this project'
        : 'that the topic is your app’s and its tokens belong to this environment';
  return `${shown} Only a real device shows ${open}: use chatpush send.`;
}

/** The whole answer, for the table of diagnoses and for people. */
export function wordsOf(found: Found): string {
  if (found.kind === 'trouble') return found.trouble.answer;
  if (found.kind === 'rejected' && found.detail !== undefined && found.detail !== '')
    return `${found.answer}: ${found.detail}`;
  return found.answer;
}
