// A JSON body, parsed once its signature is proven.
import type { IncomingMessage } from 'node:http';

import type { Turns } from '../fairness/turns.ts';
import { ServiceError } from '../service-error.ts';
import { LONG_BYTES } from './body.ts';
import { examine, newStructure, refused } from './json-structure.ts';
import type { MemberArray, Structure } from './json-structure.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });
/** A part of a text has no byte order mark, which only its start may have. */
const utf8Part = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** How much of a long body is examined or parsed between two looks at the clock. */
const STEP_BYTES = 64 * 1024;

/** A JSON body as a value, `{}` if it is empty. Throws InvalidParameterException. */
export function parseBody(body: Buffer): unknown {
  if (body.length === 0) return {};
  examine(body, newStructure(), body.length);
  return parseText(textOf(body));
}

/** The result of `use` for the value of a body of any length, in turns of its owner. */
export function parseInTurns<Result>(
  body: Buffer,
  owner: string,
  turns: Turns,
  use: (value: unknown) => Result,
): Promise<Result> {
  return body.length < LONG_BYTES
    ? turns.run(owner, () => use(parseBody(body)))
    : parseLong(body, owner, turns).then((value) => turns.run(owner, () => use(value)));
}

async function parseLong(body: Buffer, owner: string, turns: Turns): Promise<unknown> {
  const steps = parseInSteps(body, STEP_BYTES);
  let step = steps.next();
  await turns.repeat(owner, () => {
    step = steps.next();
    return step.done !== true;
  });
  return step.value;
}

/** Returns, in several steps, what `parseBody` returns, or throws the same. */
export function* parseInSteps(body: Buffer, stepBytes: number): Generator<undefined, unknown> {
  const structure = newStructure();
  for (let until = stepBytes; structure.at < body.length; until += stepBytes) {
    yield;
    examine(body, structure, until);
  }
  yield;
  const value = yield* parseInParts(body, structure, stepBytes);
  if (value !== undefined) return value;
  const text = textOf(body);
  yield;
  return parseText(text);
}

/**
 * The elements of long arrays in the outermost object, such as the events of a call, are parsed some at a time, and the rest of
 * the body as if these arrays were empty. In one piece 5 MB of events with hostile markdown took 14 to 32 ms. Undefined if the body
 * is not like that, or not JSON: then it has to be parsed as a whole.
 */
function* parseInParts(
  body: Buffer,
  { arrays, members }: Structure,
  stepBytes: number,
): Generator<undefined, object | undefined> {
  const long = arrays.filter(({ open, close }) => close - open > stepBytes);
  try {
    let rest = '';
    let end = 0;
    for (const { open, close } of long) {
      rest += utf8Part.decode(body.subarray(end, open + 1));
      end = close;
    }
    const value = JSON.parse(rest + utf8Part.decode(body.subarray(end))) as Record<string, unknown[]>;
    // Of members with the same name, the last one counts.
    if (Object.keys(value).length !== members) return undefined;
    for (const array of long) {
      const list = value[nameOf(body, array)]!;
      for (const [from, to] of partsOf(array, stepBytes)) {
        yield;
        const elements = JSON.parse(`[${utf8Part.decode(body.subarray(from, to))}]`) as unknown[];
        // A comma with nothing before or after it.
        if (elements.length === 0) return undefined;
        list.push(...elements);
      }
    }
    return value;
  } catch {
    return undefined;
  }
}

/** The name of the member whose value it is. */
const nameOf = (body: Buffer, { member, open }: MemberArray): string =>
  Object.keys(JSON.parse(`{${utf8Part.decode(body.subarray(member, open))}null}`) as object)[0]!;

/** Its elements in parts of about `stepBytes`, each from an offset to that of the comma or bracket after it. */
function* partsOf({ open, close, commas }: MemberArray, stepBytes: number): Iterable<[number, number]> {
  let from = open + 1;
  for (const comma of commas)
    if (comma - from >= stepBytes) {
      yield [from, comma];
      from = comma + 1;
    }
  yield [from, close];
}

function textOf(body: Buffer): string {
  try {
    return utf8.decode(body);
  } catch (error) {
    throw refused('The request body is not UTF-8.', error);
  }
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refused('The request body is not JSON.', error);
  }
}

/**
 * Content types of other formats. Anything else is parsed as JSON: clients send `application/x-amz-json-1.1`
 * (aws-elixir), `text/plain` (Dart's shared_aws_api) or nothing at all.
 */
const OTHER_FORMAT =
  /^\s*(?:application\/(?:x-www-form-urlencoded|xml|cbor|yaml|[\w.-]+\+(?:xml|cbor))|text\/(?:xml|html|csv)|(?:multipart|image|audio|video)\/[^;]*)\s*(?:;|$)/i;

/** Throws MalformedHttpRequestException if the headers say that the body is not plain JSON. */
export function checkBodyHeaders(request: IncomingMessage): void {
  const { 'content-type': contentType, 'content-encoding': contentEncoding } = request.headers;
  if (contentType !== undefined && OTHER_FORMAT.test(contentType))
    throw new ServiceError(
      'MalformedHttpRequestException',
      'The content type says that the body is not JSON: send application/json.',
    );
  if (contentEncoding !== undefined && contentEncoding !== 'identity')
    throw new ServiceError(
      'MalformedHttpRequestException',
      'Content encodings are not accepted: send the body uncompressed.',
    );
}
