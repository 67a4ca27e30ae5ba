// SendMessages: a push to device tokens named in the call, tried once, answered per token with Pinpoint's statuses.
import { randomUUID } from 'node:crypto';
import type { Input, Output } from '@chatpush/wire';
import { apnsForm, gcmForm } from '../../applications/direct-payload.ts';
import type { Address, DirectForm } from '../../applications/direct-payload.ts';
import type { DirectOutcome } from '../../delivery/direct.ts';
import { ServiceError } from '../../service-error.ts';
import type { OperationDependencies } from '../dependencies.ts';
import type { Call } from '../handlers.ts';
import { applicationArnOf, applicationIdOf, findApplication } from './application.ts';

/** Amazon's limit. */
const MAX_ADDRESSES = 100;

type Result = NonNullable<Output<'SendMessages'>['Result']>[string];

/** Builds a push for each kind of device; Pinpoint's other channels are not supported. */
const FORMS: Readonly<Record<string, (call: Input<'SendMessages'>, address: Address) => DirectForm>> = {
  APNS: apnsForm,
  APNS_SANDBOX: apnsForm,
  GCM: gcmForm,
};

export async function sendMessages(
  dependencies: OperationDependencies,
  input: Input<'SendMessages'>,
  { region, requestId }: Call,
): Promise<Output<'SendMessages'>> {
  const { clock, sendDirect } = dependencies;
  const arn = applicationArnOf(dependencies, input.ApplicationId, region);
  await findApplication(dependencies, arn);
  const pushes = Object.entries(input.Addresses ?? {}).map(([token, address]) =>
    formOf(input, token, address),
  );
  if (pushes.length === 0 || pushes.length > MAX_ADDRESSES)
    throw new ServiceError(
      'BadRequestException',
      `Addresses must have 1 to ${MAX_ADDRESSES} device tokens, and has ${pushes.length}.`,
    );
  const rules = await dependencies.directory.rules(arn);
  const results = await Promise.all(
    pushes.map(async ({ token, deviceType, form }) => {
      const { timeToLiveSeconds, ...push } = form;
      const deliveryId = randomUUID();
      const lifeMs = timeToLiveSeconds === undefined ? rules.ttlMs : timeToLiveSeconds * 1000;
      const outcome = await sendDirect(
        { applicationArn: arn, deviceType },
        { ...push, deliveryId, deviceToken: token, expiresAt: clock.now() + lifeMs },
      );
      return [token, { ...resultOf(outcome, deviceType), MessageId: deliveryId }] as const;
    }),
  );
  return { ApplicationId: applicationIdOf(arn), RequestId: requestId, Result: Object.fromEntries(results) };
}

function formOf(input: Input<'SendMessages'>, token: string, address: Address) {
  const deviceType = address.ChannelType ?? '';
  const build = FORMS[deviceType];
  if (build === undefined)
    throw new ServiceError(
      'BadRequestException',
      `ChannelType must be one of ${Object.keys(FORMS).join(', ')} for every address.`,
    );
  return { token, deviceType, form: build(input, address) };
}

/** The verdicts in Pinpoint's terms; `again` remains only if a retry did not help. */
const BY_VERDICT = {
  message: ['PERMANENT_FAILURE', 400],
  'token-dead': ['PERMANENT_FAILURE', 410],
  'token-suspect': ['PERMANENT_FAILURE', 400],
  credential: ['PERMANENT_FAILURE', 403],
  'device-busy': ['THROTTLED', 429],
  'gateway-busy': ['TEMPORARY_FAILURE', 503],
  again: ['TEMPORARY_FAILURE', 503],
} as const satisfies Record<
  Extract<DirectOutcome, { kind: 'rejected' }>['verdict'],
  readonly [Result['DeliveryStatus'], number]
>;

function resultOf(outcome: DirectOutcome, deviceType: string): Result {
  const result = (DeliveryStatus: Result['DeliveryStatus'], StatusCode: number, StatusMessage: string) => ({
    DeliveryStatus,
    StatusCode,
    StatusMessage,
  });
  switch (outcome.kind) {
    case 'accepted':
      return result('SUCCESSFUL', 200, outcome.answer);
    case 'rejected': {
      const [status, code] = BY_VERDICT[outcome.verdict];
      return result(status, code, outcome.detail ?? outcome.answer);
    }
    case 'no-channel':
      return result(
        'PERMANENT_FAILURE',
        400,
        `The application has no ${deviceType} channel, or it is disabled.`,
      );
    case 'unsent':
    case 'unavailable':
      return result('TEMPORARY_FAILURE', 503, outcome.answer);
    case 'unknown':
      return result('UNKNOWN_FAILURE', 500, outcome.answer);
  }
}
