// SETTINGS (RFC 9113 §6.5): ours, and how a peer's frame is read.
import { ConnectionError } from './error-codes.ts';
import { MAX_FRAME_BYTES } from './frames.ts';
import { MAX_HEADER_LIST_BYTES } from './hpack.ts';

const ID = {
  HEADER_TABLE_SIZE: 0x1,
  ENABLE_PUSH: 0x2,
  MAX_CONCURRENT_STREAMS: 0x3,
  INITIAL_WINDOW_SIZE: 0x4,
  MAX_FRAME_SIZE: 0x5,
  MAX_HEADER_LIST_SIZE: 0x6,
} as const;

/** Of a window, and of an increment (§6.9). */
export const MAX_WINDOW = 2 ** 31 - 1;
/** Of every window until SETTINGS and WINDOW_UPDATE change it (§6.9.2). */
export const DEFAULT_WINDOW = 65_535;

const OURS: readonly (readonly [id: number, value: number])[] = [
  [ID.HEADER_TABLE_SIZE, 0],
  [ID.ENABLE_PUSH, 0],
  [ID.MAX_HEADER_LIST_SIZE, MAX_HEADER_LIST_BYTES],
];

/** The payload of our only SETTINGS. */
export const OUR_SETTINGS = Buffer.alloc(OURS.length * 6);
for (const [n, [id, value]] of OURS.entries()) {
  OUR_SETTINGS.writeUInt16BE(id, n * 6);
  OUR_SETTINGS.writeUInt32BE(value, n * 6 + 2);
}

/** The settings that matter to a client; each member is present only if the frame has it. */
export interface PeerSettings {
  maxConcurrentStreams?: number;
  initialWindow?: number;
  maxFrameBytes?: number;
}

/** The last value of each setting counts (§6.5.3). Throws a ConnectionError for an invalid value. */
export function parseSettings(bytes: Buffer, start: number, end: number): PeerSettings {
  if ((end - start) % 6 !== 0)
    throw new ConnectionError(
      'FRAME_SIZE_ERROR',
      'the payload of SETTINGS is not a list of settings (RFC 9113 §6.5)',
    );
  const settings: PeerSettings = {};
  for (let at = start; at < end; at += 6) {
    const value = bytes.readUInt32BE(at + 2);
    switch (bytes.readUInt16BE(at)) {
      case ID.ENABLE_PUSH:
        if (value !== 0) throw invalid('PROTOCOL_ERROR', 'ENABLE_PUSH', value);
        break;
      case ID.MAX_CONCURRENT_STREAMS:
        settings.maxConcurrentStreams = value;
        break;
      case ID.INITIAL_WINDOW_SIZE:
        if (value > MAX_WINDOW) throw invalid('FLOW_CONTROL_ERROR', 'INITIAL_WINDOW_SIZE', value);
        settings.initialWindow = value;
        break;
      case ID.MAX_FRAME_SIZE:
        if (value < MAX_FRAME_BYTES || value > 2 ** 24 - 1)
          throw invalid('PROTOCOL_ERROR', 'MAX_FRAME_SIZE', value);
        settings.maxFrameBytes = value;
        break;
      default: // Our encoder uses no table, a header list size is advice, and unknown settings are ignored (§6.5.2).
    }
  }
  return settings;
}

const invalid = (
  code: 'PROTOCOL_ERROR' | 'FLOW_CONTROL_ERROR',
  name: string,
  value: number,
): ConnectionError => new ConnectionError(code, `SETTINGS_${name} is ${value} (RFC 9113 §6.5.2)`);
