// HTTP/2's error codes (RFC 9113 §7).

export const ERROR_CODE = {
  NO_ERROR: 0x0,
  PROTOCOL_ERROR: 0x1,
  INTERNAL_ERROR: 0x2,
  FLOW_CONTROL_ERROR: 0x3,
  SETTINGS_TIMEOUT: 0x4,
  STREAM_CLOSED: 0x5,
  FRAME_SIZE_ERROR: 0x6,
  REFUSED_STREAM: 0x7,
  CANCEL: 0x8,
  COMPRESSION_ERROR: 0x9,
  CONNECT_ERROR: 0xa,
  ENHANCE_YOUR_CALM: 0xb,
  INADEQUATE_SECURITY: 0xc,
  HTTP_1_1_REQUIRED: 0xd,
} as const;

export type ErrorName = keyof typeof ERROR_CODE;

const NAMES = new Map<number, string>(Object.entries(ERROR_CODE).map(([name, code]) => [code, name]));

/** `7 REFUSED_STREAM`; a code that the RFC does not define has no name. */
export const errorText = (code: number): string => `${code} ${NAMES.get(code) ?? ''}`.trimEnd();

/** The peer broke a rule in a way that ends the connection (RFC 9113 §5.4.1). Caught in `connection.ts` and nowhere else. */
export class ConnectionError extends Error {
  readonly code: number;

  constructor(name: ErrorName, message: string) {
    super(message);
    this.code = ERROR_CODE[name];
  }
}

export const protocolError = (message: string): ConnectionError =>
  new ConnectionError('PROTOCOL_ERROR', message);
