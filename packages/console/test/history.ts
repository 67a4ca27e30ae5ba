// A scene with everything that can become of a push: accepted, refused, suspended, expired, and with hostile names.
import { DEVELOPMENT_ACCESS } from '../src/service.ts';
import { openScene, type Scene } from './scene.ts';

const GONE = 'b2'.repeat(32);
const DOUBTED = 'c3'.repeat(32);
export const HOSTILE = `<img src=x onerror="document.title='owned'">`;

export async function openHistory(): Promise<Scene> {
  const scene = await openScene();
  const { emulator, register, say, settled, client } = scene;
  await register('gone', GONE);
  emulator.phone(GONE).uninstall();
  await say('gone', 'gone-1', 'Are you there?');
  await settled('gone', 'rejected');

  await register('doubted', DOUBTED);
  emulator.faults.set([
    { gateway: 'apns', fault: 'http', status: 400, reason: 'BadDeviceToken', deviceToken: DOUBTED },
  ]);
  await say('doubted', 'doubted-1', 'Are you there?');
  await settled('doubted', 'rejected');

  await register('late', 'd4'.repeat(32));
  await client.putChatEvents({
    instanceId: DEVELOPMENT_ACCESS.instanceId,
    events: [
      {
        id: 'late-1',
        contactId: 'late',
        type: 'MESSAGE',
        contentType: 'text/plain',
        content: 'Too old',
        participantRole: 'AGENT',
        displayName: 'Ana',
        absoluteTime: new Date(Date.now() - 5 * 86_400_000).toISOString(),
      },
    ],
  });

  await register(HOSTILE, 'e5'.repeat(32));
  await say(HOSTILE, HOSTILE, HOSTILE);
  await settled(HOSTILE, 'accepted');
  return scene;
}
