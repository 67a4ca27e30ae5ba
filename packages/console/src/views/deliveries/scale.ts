// The top of a chart's scale. Pure.

/** The next 1, 2 or 5 times a power of ten, so that the scale rarely changes. */
export function scaleFor(most: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, most)));
  return [1, 2, 5, 10].map((step) => step * power).find((top) => top >= most) ?? most;
}
