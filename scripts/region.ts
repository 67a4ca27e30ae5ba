// A generated part of a page, between `<!-- name: … -->` and `<!-- /name -->`.

/** The page with `text` in that part. `file` is named if the page has no such part. */
export function withRegion(page: string, name: string, text: string, file: string): string {
  const region = new RegExp(`(<!-- ${name}:[^>]*-->\n)[^]*?(<!-- /${name} -->)`);
  if (!region.test(page)) throw new Error(`${file} has no region ${name}`);
  return page.replace(region, (_, begin: string, end: string) => `${begin}\n${text}\n\n${end}`);
}
