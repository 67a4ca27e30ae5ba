// Reads what a payload contains besides its texts.

const within = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (at, name) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined),
    value,
  );

/** The contact of the push: a top-level member for APNs, a member of `data` for FCM. */
export function contactOf(payload: unknown): string | undefined {
  const id = within(payload, 'initialContactId') ?? within(payload, 'message', 'data', 'initialContactId');
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/** The parsed JSON, or undefined if the text is not JSON. */
export function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The message in the body of an error: Apple's `reason` or Google's `message`. */
export function sentenceIn(body: string | undefined): string | undefined {
  const answer = parsed(body);
  const said =
    within(answer, 'error', 'message') ?? within(answer, 'reason') ?? within(answer, 'error_description');
  return typeof said === 'string' && said !== '' ? said : undefined;
}
