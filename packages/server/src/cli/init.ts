// chatpush init [file]: writes a commented settings file to start from, and never overwrites one.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Environment } from '../config/config.ts';
import type { Say } from './say.ts';

const USUAL_FILE = 'chatpush.jsonc';

export const USAGE = `chatpush init [file]

Writes a commented settings file (default: ${USUAL_FILE}) to start from. It never replaces an existing file.
`;

/** Every channel is emulated at first, so that the file works before there are credentials. */
const SETTINGS = `// Settings of chatpush. JSON with comments; docs/settings.md lists every setting.
//   chatpush check ${USUAL_FILE}                  lists every mistake, or what would run
//   CHATPUSH_CONFIG=${USUAL_FILE} chatpush        starts the service
{
  // Who may call. The secret can be any long random text; your backend's AWS SDK signs with it.
  "accessKeys": [{ "id": "CHATBACKEND", "secret": { "env": "CHATBACKEND_SECRET" }, "instances": "all" }],

  // The InstanceIds that calls may name.
  "instances": ["support"],

  "applications": [
    {
      // What registrations pass as PinpointAppArn. Amazon is not asked: any ARN of this form will do.
      "arn": "arn:aws:mobiletargeting:eu-central-1:000000000000:apps/support",

      // What the phone shows instead of a message whose text must not or cannot be shown.
      "genericText": "You have a new message",

      "channels": {
        // Emulated channels need no credentials. For real phones replace them by:
        // "APNS": { "gateway": "apns", "topic": "com.example.chat", "keyId": "ABCDE12345", "teamId": "TEAM123456",
        //           "privateKey": { "file": "AuthKey_ABCDE12345.p8" } },
        // "GCM": { "gateway": "fcm", "serviceAccount": { "file": "firebase-service-account.json" } },
        "APNS": { "gateway": "emulated" },
        "GCM": { "gateway": "emulated" },
      },
    },
  ],
}
`;

/** Exit code 0: the file is written; 1: it could not be written; 2: the command line is invalid. */
export function init(argv: readonly string[], _environment: Environment, say: Say): number {
  const { positionals } = parseArgs({ args: [...argv], allowPositionals: true });
  const [file = USUAL_FILE, ...more] = positionals;
  if (more.length > 0 || file === '') {
    say(USAGE);
    return 2;
  }
  try {
    writeFileSync(file, SETTINGS, { flag: 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    say(
      code === 'EEXIST'
        ? `${file} already exists and was not changed: name another file.\n`
        : `Cannot write ${file}: ${message}\n`,
    );
    return 1;
  }
  say(`Wrote ${file}. Set CHATBACKEND_SECRET, then run: chatpush check ${file}\n`);
  return 0;
}
