// Commands to paste into a terminal for a first push, with this emulator's addresses and credentials.
import type { Description } from '@chatpush/emulator';

const text = new TextEncoder();
const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

/** A provider token as Apple describes it, valid for an hour. */
async function providerToken({ apns }: Description['credentials'], nowMs: number): Promise<string> {
  const pem = apns.privateKey.replaceAll(/-----[A-Z ]+-----|\s/g, '');
  const der = Uint8Array.from(atob(pem), (character) => character.charCodeAt(0));
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
  const part = (value: object): string => base64url(text.encode(JSON.stringify(value)));
  const header = part({ alg: 'ES256', kid: apns.keyId });
  const signed = `${header}.${part({ iss: apns.teamId, iat: Math.floor(nowMs / 1000) })}`;
  const signature = await crypto.subtle.sign(algorithm, key, text.encode(signed));
  return `${signed}.${base64url(new Uint8Array(signature))}`;
}

/** A push that creates an iPhone. `--insecure` because the emulator signs its own certificate. */
export async function apnsLine({ apns, credentials }: Description, nowMs: number): Promise<string> {
  return `curl --http2 --insecure ${apns.url}/3/device/${'ab'.repeat(32)} \\
  -H 'apns-topic: ${credentials.apns.topic}' \\
  -H 'authorization: bearer ${await providerToken(credentials, nowMs)}' \\
  -d '{"aps":{"alert":{"title":"Ann","body":"Hello from curl"}}}'`;
}

/** A push that creates an Android phone. */
export const fcmLine = ({ fcm, credentials }: Description): string =>
  `curl --insecure ${fcm.url}/v1/projects/${credentials.fcm.project_id}/messages:send \\
  -H 'authorization: Bearer anything' -H 'content-type: application/json' \\
  -d '{"message":{"token":"my-phone","notification":{"title":"Ann","body":"Hello from curl"}}}'`;
