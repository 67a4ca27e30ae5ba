// What Troubleshooting says under an alert. Pure.

/** Paragraphs of the guide, in its markdown; undefined where it has no such heading. */
export function adviceIn(guide: string, alert: string): string | undefined {
  const [, after] = guide.split(`\n### ${alert}\n`, 2);
  return after?.split(/\n##/, 1)[0]?.trim();
}
