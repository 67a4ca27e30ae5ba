// Where the service's channels lead, according to `/readyz?verbose`. A push through a real channel does not reach a phone on this
// page.
export interface ChannelOnPage {
  /** An application's ARN, or a phrase for all applications that the settings do not name. */
  application: string;
  /** Absent for every channel of the application. */
  channel?: string;
  /** The service's own text: `EMULATED`, `real, healthy`, `at https://…, not examined yet`. */
  leads: string;
  isEmulated: boolean;
}

export function channelsOf(said: Readonly<Record<string, string>>): ChannelOnPage[] {
  return Object.entries(said).map(([name, leads]) => {
    const [, application = name, channel] = /^(arn:\S+) (\S+)$/.exec(name) ?? [];
    return { application, channel, leads, isEmulated: leads.startsWith('EMULATED') };
  });
}

/** Asks the service beside the emulator. A service that is not ready (503) answers with the same body. */
export async function readChannels(): Promise<ChannelOnPage[]> {
  const response = await fetch('/readyz?verbose');
  const { channels = {} } = (await response.json()) as { channels?: Record<string, string> };
  return channelsOf(channels);
}

/** What the header says about the service: whether its gateways are emulated, once that is known. */
export function gatewaysInWords(channels: readonly ChannelOnPage[]): string {
  if (channels.length === 0) return 'service';
  if (channels.every(({ isEmulated }) => isEmulated)) return 'service with emulated gateways';
  if (!channels.some(({ isEmulated }) => isEmulated)) return 'service with real gateways';
  return 'service with some real gateways';
}
