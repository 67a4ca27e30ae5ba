// The settings of a guide with the emulator in place of Apple and Google: only addresses and the trusted CA are added, for the
// applications in the file and for those set up through the API.
import type { Emulator } from '@chatpush/emulator';
import { parseSettingsJson } from '../../src/config/settings-json.ts';

export function atEmulator(settings: string, { apns, apnsSandbox, fcm, ca }: Emulator): string {
  const addresses: Record<string, string> = { APNS: apns.url, APNS_SANDBOX: apnsSandbox.url, GCM: fcm.url };
  const value = parseSettingsJson(settings) as {
    applications?: { channels: Record<string, { url?: string; ca?: string }> }[];
  };
  for (const { channels } of value.applications ?? [])
    for (const [name, channel] of Object.entries(channels))
      Object.assign(channel, { url: addresses[name], ca });
  const gateways = Object.entries(addresses).map(([name, url]) => [name, { url, ca }]);
  return JSON.stringify({ ...value, gateways: Object.fromEntries(gateways) });
}
