// Which phones and requests match a text. Pure.
import type { LoggedRequest } from '@chatpush/emulator';
import type { PhoneOnPage } from './phone.ts';
import { DEVICE_NAMES } from './words.ts';

const contains = (texts: readonly (string | undefined)[], find: string): boolean => {
  const wanted = find.trim().toLowerCase();
  return texts.some((text) => text?.toLowerCase().includes(wanted));
};

/** Matches token, app, kind and the texts on the lock screen. */
export const isPhoneFound = (
  { deviceToken, deviceType, app, shown = [] }: PhoneOnPage,
  find: string,
): boolean =>
  contains(
    [
      deviceToken,
      app,
      deviceType && DEVICE_NAMES[deviceType],
      ...shown.flatMap(({ title, subtitle, body }) => [title, subtitle, body]),
    ],
    find,
  );

/** Matches token, app, answer, fault and `apns-id`. */
export const isRequestFound = (
  { deviceToken, app, status, verdict, fault, apnsId }: LoggedRequest,
  find: string,
): boolean => contains([deviceToken, app, `${status ?? ''}`, verdict, fault, apnsId], find);
