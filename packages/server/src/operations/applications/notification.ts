// The texts and the look of an application's notifications, for which Pinpoint has no operation.
import type { Input, Output } from '@chatpush/wire';
import type { NotificationLook } from '../../applications/document.ts';
import { ServiceError } from '../../service-error.ts';
import type { Call } from '../handlers.ts';
import { applicationArnOf, applicationIdOf, changeApplication, findApplication } from './application.ts';
import type { ApplicationDependencies } from './application.ts';

/** Wire member ↔ document member. */
const MEMBERS = {
  GenericText: 'genericText',
  AttachmentText: 'attachmentText',
  Title: 'title',
  Sound: 'sound',
  Category: 'category',
  ThreadId: 'threadId',
  AndroidChannelId: 'androidChannelId',
  FcmMessage: 'fcmMessage',
  Priority: 'priority',
  TtlMinutes: 'ttlMinutes',
} as const satisfies {
  readonly [
    Member in keyof Omit<Output<'GetApplicationNotification'>, 'ApplicationId'>
  ]: keyof NotificationLook;
};

const output = (arn: string, look: NotificationLook): Output<'GetApplicationNotification'> => ({
  ApplicationId: applicationIdOf(arn),
  ...Object.fromEntries(Object.entries(MEMBERS).map(([member, name]) => [member, look[name]])),
});

export async function getApplicationNotification(
  dependencies: ApplicationDependencies,
  { ApplicationId }: Input<'GetApplicationNotification'>,
  { region }: Call,
): Promise<Output<'GetApplicationNotification'>> {
  const arn = applicationArnOf(dependencies, ApplicationId, region);
  const found = await findApplication(dependencies, arn);
  return output(arn, 'document' in found ? (found.document.look ?? {}) : found.configured);
}

export async function updateApplicationNotification(
  dependencies: ApplicationDependencies,
  { ApplicationId, ...members }: Input<'UpdateApplicationNotification'>,
  { region }: Call,
): Promise<Output<'UpdateApplicationNotification'>> {
  const arn = applicationArnOf(dependencies, ApplicationId, region);
  const look = Object.fromEntries(
    Object.entries(MEMBERS).map(([member, name]) => [name, members[member as keyof typeof members]]),
  ) as NotificationLook;
  if (look.androidChannelId !== undefined && look.fcmMessage !== 'notification')
    throw new ServiceError(
      'BadRequestException',
      'AndroidChannelId has no effect on data messages, because the app creates their notifications; send FcmMessage "notification" or omit it.',
    );
  if (look.attachmentText !== undefined && !look.attachmentText.includes('{name}'))
    throw new ServiceError(
      'BadRequestException',
      'AttachmentText must contain {name}, which is replaced by the file name.',
    );
  await changeApplication(dependencies, arn, (document) => ({ ...document, look }));
  return output(arn, look);
}
