// The settings, for commands that do not open the store. Creates nothing.
import type { NatsAddress } from '../../addresses/nats-url.ts';
import type { Setting, SettingKind } from '../store.ts';
import { connectTo, explainedBy } from './connect.ts';
import { controlLayout } from './layout.ts';
import { createReads } from './reads.ts';
import { settingsOf } from './settings.ts';
import { findStreams } from './streams.ts';

export async function readJetStreamSettings(
  address: NatsAddress,
  kind: SettingKind,
): Promise<readonly Setting[]> {
  const connected = await connectTo(address);
  const { nats, manager } = connected;
  try {
    const layout = controlLayout(address.prefix);
    const streams = await findStreams(manager, address);
    if (!streams.some(({ config }) => config.name === layout.stream)) return [];
    return await settingsOf(layout, createReads(connected, layout.stream), kind, 0);
  } catch (error) {
    throw explainedBy(error, address);
  } finally {
    await nats.close();
  }
}
