// Which phones and requests a text finds. Pure.
import type { LoggedRequest } from '@chatpush/emulator';
import type { PhoneOnPage } from './phone.ts';
import { DEVICE_NAMES } from './words.ts';

const contains = (texts: readonly (string | undefined)[], find: string): boolean => {
  const wanted = find.trim().toLowerCase();
  return texts.some((text) => text?.toLowerCase().includes(wanted));
};

/** By token, app, kind or what is on its lock screen. */
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

/** By token, app, answer, fault or `apns-id`. */
export const isRequestFound = (
  { deviceToken, app, status, verdict, fault, apnsId }: LoggedRequest,
  find: string,
): boolean => contains([deviceToken, app, `${status ?? ''}`, verdict, fault, apnsId], find);
