// Which operation a request calls. The target is matched as it arrived, percent-encoded: an id may contain `%2F`,
// and anything decoded before the signature is checked would not be covered by it.
import { APPLICATION_OPERATIONS, OPERATIONS, PARTICIPANT_OPERATIONS, decodeComponent } from '@chatpush/wire';
import type {
  ApplicationOperationName,
  Operation,
  OperationName,
  ParticipantOperationName,
} from '@chatpush/wire';

import { ServiceError } from '../service-error.ts';
import { HttpRefusal } from './answer.ts';

export type AnyOperationName = ApplicationOperationName | OperationName | ParticipantOperationName;

export interface Route {
  readonly name: AnyOperationName;
  readonly operation: Operation;
  /** Path segments by member, still encoded. */
  readonly segments: Readonly<Record<string, string>>;
  /** The query, still encoded. */
  readonly query: string;
}

/** Maximum request target; our longest (two ids, a contact id, four bytes each, encoded) takes about 8 KiB. */
export const MAX_TARGET_BYTES = 16_384;

export const ALL_OPERATIONS: Readonly<Record<AnyOperationName, Operation>> = {
  ...OPERATIONS,
  ...PARTICIPANT_OPERATIONS,
  ...APPLICATION_OPERATIONS,
};

interface Template {
  readonly name: AnyOperationName;
  readonly operation: Operation;
  /** Its segments; a parameter names its member. */
  readonly parts: readonly { readonly text: string; readonly member?: string }[];
}

/** By the first segment of their paths, which is never a parameter. */
const TEMPLATES: ReadonlyMap<string, readonly Template[]> = Map.groupBy(
  (Object.keys(ALL_OPERATIONS) as AnyOperationName[]).map((name): Template => {
    const operation = ALL_OPERATIONS[name];
    const parts = operation.path
      .split('/')
      .map((text) => (text.startsWith('{') ? { text, member: text.slice(1, -1) } : { text }));
    return { name, operation, parts };
  }),
  ({ parts }) => parts[1]!.text,
);

/**
 * The operation for a method and a raw target. Throws UnknownOperationException, also if only the method is wrong
 * (then with `Allow`, and on Pinpoint's paths under the name MethodNotAllowedException), and
 * MalformedHttpRequestException for an invalid target (414 if it is too long).
 */
export function findRoute(method: string, target: string): Route {
  if (target.length > MAX_TARGET_BYTES)
    throw new HttpRefusal('MalformedHttpRequestException', 'The request target is too long.', {
      status: 414,
    });
  if (!/^\/[!-~]*$/.test(target))
    throw new ServiceError(
      'MalformedHttpRequestException',
      'The request target must be a path, and percent-encoded.',
    );
  const at = target.indexOf('?');
  const path = at < 0 ? target : target.slice(0, at);
  const parts = path.split('/');
  const allowed: Operation[] = [];
  for (const template of TEMPLATES.get(parts[1]!) ?? []) {
    const segments = matchParts(template.parts, parts);
    if (segments === undefined) continue;
    if (template.operation.method === method)
      return {
        name: template.name,
        operation: template.operation,
        segments,
        query: at < 0 ? '' : target.slice(at + 1),
      };
    allowed.push(template.operation);
  }
  if (allowed.length > 0) {
    // Pinpoint documents an error for this, Connect does not.
    const isDocumented = allowed[0]!.errors.includes('MethodNotAllowedException');
    throw new HttpRefusal(
      isDocumented ? 'MethodNotAllowedException' : 'UnknownOperationException',
      `No operation has the method ${method} on this path.`,
      {
        headers: {
          allow: allowed
            .map((operation) => operation.method)
            .sort()
            .join(', '),
        },
      },
    );
  }
  throw new ServiceError(
    'UnknownOperationException',
    `No operation has this path. There are: ${Object.keys(ALL_OPERATIONS).join(', ')}.`,
  );
}

/**
 * The segments for a template's members. An empty one matches, so that an SDK called with an empty id gets a clear
 * answer. `.` and `..` do not match: they are removed from the canonical path, so a signature would not cover them.
 */
function matchParts(
  template: Template['parts'],
  parts: readonly string[],
): Record<string, string> | undefined {
  if (template.length !== parts.length) return undefined;
  const segments: Record<string, string> = {};
  for (let index = 0; index < template.length; index++) {
    const { text, member } = template[index]!;
    const part = parts[index]!;
    if (member === undefined) {
      if (text !== part) return undefined;
    } else if (part === '.' || part === '..') return undefined;
    else segments[member] = part;
  }
  return segments;
}

/** A route's path members, decoded. Throws MalformedHttpRequestException for a broken escape. */
export function decodeSegments(route: Route): Record<string, string> {
  const decoded: Record<string, string> = {};
  for (const member of Object.keys(route.segments)) decoded[member] = decode(route.segments[member]!);
  return decoded;
}

/**
 * A route's query, decoded as its signature reads it: `+` is a plus sign, or a space as in HTML forms. Throws
 * MalformedHttpRequestException for a broken escape.
 */
export function decodeQuery(route: Route, plusIsSpace: boolean): Pick<URLSearchParams, 'getAll'> {
  if (route.query === '') return NO_QUERY;
  const query = new URLSearchParams();
  const text = plusIsSpace ? route.query.replaceAll('+', '%20') : route.query;
  for (const pair of text.split('&')) {
    const at = pair.indexOf('=');
    query.append(decode(at < 0 ? pair : pair.slice(0, at)), at < 0 ? '' : decode(pair.slice(at + 1)));
  }
  return query;
}

const NO_QUERY = new URLSearchParams();

function decode(encoded: string): string {
  const text = decodeComponent(encoded);
  if (text === undefined)
    throw new ServiceError(
      'MalformedHttpRequestException',
      'The request target has a percent escape that is broken or not UTF-8.',
    );
  return text;
}
