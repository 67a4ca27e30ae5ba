// Every relative link in the documentation leads to a file and a heading that exist. VitePress checks pages, but not headings.
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const ROOT = new URL('../../../../', import.meta.url);
const PAGES = globSync(['*.md', 'docs/*.md', 'docs/{guides,decisions}/*.md', 'packages/*/README.md'], {
  cwd: ROOT,
});

/** The anchors of a page as GitHub and VitePress make them. */
const anchorsOf = (page: URL): string[] =>
  [...readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );

test('the search finds the pages', () => assert.ok(PAGES.length > 30, PAGES.join(', ')));

for (const name of PAGES)
  test(`every file and heading that ${name} links to exists`, () => {
    const page = new URL(name.replaceAll('\\', '/'), ROOT);
    const links = readFileSync(page, 'utf8').matchAll(/\]\((?![a-z]+:)([^)#\s]*)(?:#([^)\s]+))?\)/g);
    for (const [link, path, heading] of links) {
      const target = path ? new URL(path, page) : page;
      assert.ok(existsSync(target), `${link}: there is no such file`);
      if (heading !== undefined && target.pathname.endsWith('.md'))
        assert.ok(anchorsOf(target).includes(heading), `${link}: there is no such heading`);
    }
  });
