// Where the service's channels lead, as its `/readyz?verbose` says: a push through a real one reaches no phone on this page.
export interface ChannelOnPage {
  /** An application's ARN, or words for all that the settings do not name. */
  application: string;
  /** Absent where it is every channel of the application. */
  channel?: string;
  /** In the service's words: `EMULATED`, `real, healthy`, `at https://…, not examined yet`. */
  leads: string;
  isEmulated: boolean;
}

export function channelsOf(said: Readonly<Record<string, string>>): ChannelOnPage[] {
  return Object.entries(said).map(([name, leads]) => {
    const [, application = name, channel] = /^(arn:\S+) (\S+)$/.exec(name) ?? [];
    return { application, channel, leads, isEmulated: leads.startsWith('EMULATED') };
  });
}

/** Asks the service beside the emulator. One that is not ready (503) says it, too. */
export async function readChannels(): Promise<ChannelOnPage[]> {
  const response = await fetch('/readyz?verbose');
  const { channels = {} } = (await response.json()) as { channels?: Record<string, string> };
  return channelsOf(channels);
}

/** What the header says of the service: its gateways, once they are known. */
export function gatewaysInWords(channels: readonly ChannelOnPage[]): string {
  if (channels.length === 0) return 'service';
  if (channels.every(({ isEmulated }) => isEmulated)) return 'service with emulated gateways';
  if (!channels.some(({ isEmulated }) => isEmulated)) return 'service with real gateways';
  return 'service, not all gateways emulated';
}
