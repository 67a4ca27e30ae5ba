// The codec of requests: encodes an input as method, target, headers and body, and decodes these into an input. The place of
// each member is looked up once per operation.
import type { Operation } from './operation.ts';
import { membersElsewhere, pathMembers } from './operation.ts';
import type { Shape } from './shape.ts';
import { encodeComponent } from './uri.ts';

export interface EncodedRequest {
  readonly method: string;
  /** Percent-encoded path, as on the request line. */
  readonly path: string;
  /** Encoded query without `?`, sorted as for a signature; may be empty. */
  readonly query: string;
  /** Headers that carry members, with lower-case names; absent if no member is in a header. */
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON text; absent if the operation has no body. */
  readonly body?: string;
}

/** Members of an operation's body, in the order of its shape. */
function bodyMembers(operation: Operation): string[] {
  const elsewhere = new Set(membersElsewhere(operation));
  return Object.keys(operation.input.members).filter((name) => !elsewhere.has(name));
}

/**
 * What a client sends for an input of the operation. The input need not be valid: validation is up to the service. Nested
 * members are sent as they are; `createReader` removes undeclared ones.
 */
export function createEncoder(operation: Operation): (input: object) => EncodedRequest {
  const { method } = operation;
  const path = operation.path.split(/[{}]/); // alternating: text, member
  const query = Object.entries(operation.query ?? {})
    .map(([name, key]) => [name, encodeComponent(key)] as const)
    .sort(([, a], [, b]) => (a < b ? -1 : 1));
  const headers = Object.entries(operation.headers ?? {});
  const body = bodyMembers(operation);
  return (input) => {
    const values = input as Readonly<Record<string, unknown>>;
    const request: { -readonly [K in keyof EncodedRequest]: EncodedRequest[K] } = {
      method,
      path: '',
      query: '',
    };
    for (const [i, part] of path.entries())
      request.path += i % 2 === 0 ? part : encodeComponent(scalarText(values[part]));
    for (const [name, key] of query)
      for (const value of [values[name]].flat())
        if (isPresent(value))
          request.query += `${request.query && '&'}${key}=${encodeComponent(scalarText(value))}`;
    for (const [name, header] of headers)
      if (isPresent(values[name]))
        request.headers = { ...request.headers, [header]: scalarText(values[name]) };
    if (body.length === 0) return request;
    const members: Record<string, unknown> = {};
    for (const name of body) if (isPresent(values[name])) members[name] = values[name];
    request.body = JSON.stringify(members);
    return request;
  };
}

const isPresent = (value: unknown): boolean => value !== undefined && value !== null;

const scalarText = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? `${value}`
      : '';

/** The parts of a request, before they are checked. */
export interface ReceivedRequest {
  /** The decoded path segments, by member. */
  readonly path: Readonly<Record<string, string>>;
  /** Decoded. */
  readonly query: Pick<URLSearchParams, 'getAll'>;
  /** Parsed JSON. */
  readonly body?: unknown;
  /** By name in lower case. */
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>;
}

/** Decodes requests of an operation into inputs. It neither checks them nor removes unknown members; `createReader` does both. */
export function createDecoder(operation: Operation): (request: ReceivedRequest) => unknown {
  const bodyNames = bodyMembers(operation);
  const pathNames = pathMembers(operation.path);
  const queryNames = Object.entries(operation.query ?? {});
  const headerNames = Object.entries(operation.headers ?? {});
  return ({ path, query, body, headers = {} }) => {
    if (bodyNames.length > 0 && (typeof body !== 'object' || body === null || Array.isArray(body)))
      return body;
    const input: Record<string, unknown> = {};
    for (const name of bodyNames) {
      const source = body as Record<string, unknown>;
      if (Object.hasOwn(source, name)) input[name] = source[name];
    }
    for (const name of pathNames) input[name] = path[name];
    for (const [name, key] of queryNames) {
      const shape = operation.input.members[name]!;
      const texts = query.getAll(key);
      if (texts.length === 0) continue;
      input[name] = shape.kind === 'list' ? texts : fromText(shape, texts[0]!);
    }
    for (const [name, header] of headerNames)
      if (headers[header] !== undefined) input[name] = headers[header];
    return input;
  };
}

/** Converts a query value to the type of its member; a value that is not of that type stays text and fails validation. */
function fromText(shape: Shape, text: string): unknown {
  if (shape.kind === 'integer') return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
  if (shape.kind === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return text;
}
