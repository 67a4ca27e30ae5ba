// The section of Troubleshooting for an alert. Pure.

/** The paragraphs of the guide in markdown; undefined if it has no such heading. */
export function adviceIn(guide: string, alert: string): string | undefined {
  const [, after] = guide.split(`\n### ${alert}\n`, 2);
  return after?.split(/\n##/, 1)[0]?.trim();
}
