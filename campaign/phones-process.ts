// The phones: an emulator in a separate process, which reports arrivals to the harness. It survives every fault.
import { startEmulator } from '@chatpush/emulator';
import type { Receipt } from './history.ts';

const TELL_EVERY_MS = 50;

const emulator = await startEmulator();
let arrived: Receipt[] = [];
emulator.subscribe((event) => {
  if (event.type !== 'notification') return;
  const { gateway, headers, payload, receivedAt } = event.notification;
  arrived.push({
    gateway,
    deviceToken: event.deviceToken,
    messageId: messageOf(payload),
    ...(headers['apns-id'] !== undefined && { apnsId: headers['apns-id'] }),
    at: receivedAt,
  });
});
process.send?.({ description: emulator.description });
const telling = setInterval(() => {
  if (arrived.length > 0) process.send?.({ receipts: arrived });
  arrived = [];
}, TELL_EVERY_MS);
process.once('disconnect', () => {
  clearInterval(telling);
  void emulator.close();
});

/** APNs has the keys beside `aps`, FCM within `message.data`. */
function messageOf(payload: object): string {
  const keys = payload as { messageId?: string; message?: { data: { messageId: string } } };
  return keys.messageId ?? keys.message!.data.messageId;
}
