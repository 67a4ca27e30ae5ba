// The `Date` header of answers.

/** The value of a `Date` header for a time in milliseconds; formatting it once a second is enough. */
export function createHttpDate(): (now: number) => string {
  let second = Number.NaN;
  let text = '';
  return (now) => {
    const current = Math.floor(now / 1000);
    if (current !== second) text = new Date(now).toUTCString();
    second = current;
    return text;
  };
}
