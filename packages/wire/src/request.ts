// The codec of requests: an input becomes method, target and body; path, query and body become an input again.
import type { Operation } from './operation.ts';
import { membersElsewhere, pathMembers } from './operation.ts';
import { pick } from './pick.ts';
import type { Shape } from './shape.ts';
import { encodeComponent } from './uri.ts';

export interface EncodedRequest {
  readonly method: string;
  /** Percent-encoded path, as it stands on the request line. */
  readonly path: string;
  /** Encoded query without `?`; empty when there is none. */
  readonly query: string;
  /** Headers that carry members, names in lower case; absent where none does. */
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON text; absent where the operation has no body. */
  readonly body?: string;
}

/** Members of an operation's body, in the order of its shape. */
function bodyMembers(operation: Operation): string[] {
  const elsewhere = new Set(membersElsewhere(operation));
  return Object.keys(operation.input.members).filter((name) => !elsewhere.has(name));
}

/** Where each member of an operation travels, looked up once: a client encodes many inputs of few operations. */
interface Plan {
  readonly body: readonly string[];
  readonly query: readonly (readonly [member: string, key: string])[];
  readonly headers: readonly (readonly [member: string, header: string])[];
}

const plans = new WeakMap<Operation, Plan>();

function planOf(operation: Operation): Plan {
  const known = plans.get(operation);
  if (known !== undefined) return known;
  const plan = {
    body: bodyMembers(operation),
    query: Object.entries(operation.query ?? {}).map(
      ([member, key]) => [member, encodeComponent(key)] as const,
    ),
    headers: Object.entries(operation.headers ?? {}),
  };
  plans.set(operation, plan);
  return plan;
}

/** What a client sends for an input. The input need not be valid: the service answers for what it gets. */
export function encodeRequest(operation: Operation, input: object): EncodedRequest {
  const plan = planOf(operation);
  const values = pick(operation.input, input) as Record<string, unknown>;
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeComponent(scalarText(values[name])),
  );
  let query = '';
  for (const [name, key] of plan.query)
    if (values[name] !== undefined)
      query += `${query && '&'}${key}=${encodeComponent(scalarText(values[name]))}`;
  const head: { -readonly [K in keyof EncodedRequest]: EncodedRequest[K] } = {
    method: operation.method,
    path,
    query,
  };
  const headers: Record<string, string> = {};
  for (const [name, header] of plan.headers)
    if (values[name] !== undefined) {
      headers[header] = scalarText(values[name]);
      head.headers = headers;
    }
  if (plan.body.length === 0) return head;
  const body: Record<string, unknown> = {};
  for (const name of plan.body) if (name in values) body[name] = values[name];
  head.body = JSON.stringify(body);
  return head;
}

const scalarText = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? `${value}`
      : '';

/**
 * The input that a request carries, not yet checked against its shape (`createValidate`), still with members nobody knows
 * (`pick` drops them). Path values are the decoded segments by member name; the query is decoded; the body is parsed JSON; header
 * names are in lower case.
 */
export function decodeRequest(
  operation: Operation,
  path: Readonly<Record<string, string>>,
  query: URLSearchParams,
  body: unknown,
  headers: Readonly<Record<string, string | string[] | undefined>> = {},
): unknown {
  const bodyNames = bodyMembers(operation);
  if (bodyNames.length > 0 && (typeof body !== 'object' || body === null || Array.isArray(body))) return body;
  const input: Record<string, unknown> = {};
  for (const name of bodyNames) {
    const source = body as Record<string, unknown>;
    if (Object.hasOwn(source, name)) input[name] = source[name];
  }
  for (const name of pathMembers(operation.path)) input[name] = path[name];
  for (const [name, key] of Object.entries(operation.query ?? {})) {
    const text = query.get(key);
    if (text !== null) input[name] = fromText(operation.input.members[name]!, text);
  }
  for (const [name, header] of Object.entries(operation.headers ?? {}))
    if (headers[header] !== undefined) input[name] = headers[header];
  return input;
}

/** A query value in the type of its member; what is not of that type stays text and fails validation by name. */
function fromText(shape: Shape, text: string): unknown {
  if (shape.kind === 'integer') return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
  if (shape.kind === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return text;
}
