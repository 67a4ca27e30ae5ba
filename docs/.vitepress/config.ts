// The documentation site. It shows the pages of this folder unchanged, so that they read the same here and in the repository.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DOCS = join(ROOT, 'docs');

/** The URL of the repository; undefined until package.json has one. */
const repository = (
  JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { repository?: { url: string } }
).repository?.url
  .replace(/^git\+/, '')
  .replace(/\.git$/, '');

/** The file of the repository that a link leads to, if it is outside the documentation; undefined otherwise. */
function fileOutside(page: string, link: string): string | undefined {
  const [path = ''] = link.split('#');
  if (path === '' || /^[a-z]+:|^\//i.test(path)) return undefined;
  const target = normalize(join(dirname(join(DOCS, page)), path));
  return relative(DOCS, target).startsWith('..') ? relative(ROOT, target) : undefined;
}

/** The pages of a folder with their headings: the pages in `first` in that order, then all others. */
function pages(folder: string, first: readonly string[] = []): { text: string; link: string }[] {
  const names = readdirSync(join(DOCS, folder))
    .filter((file) => file.endsWith('.md') && file !== 'index.md')
    .map((file) => file.slice(0, -'.md'.length));
  const known = first.filter((name) => names.includes(name));
  return [...known, ...names.filter((name) => !known.includes(name))].map((name) => {
    const text = readFileSync(join(DOCS, folder, `${name}.md`), 'utf8');
    const heading = /^# (.+)$/m.exec(text)?.[1];
    if (heading === undefined) throw new Error(`docs/${folder}/${name}.md has no heading`);
    return { text: heading.replaceAll('`', ''), link: join('/', folder, name) };
  });
}

export default defineConfig({
  title: 'chatpush',
  description: 'Push notifications for mobile chat, on your own machines',
  lang: 'en',
  cleanUrls: true,
  appearance: true,
  // A link to a missing page fails the build. This is VitePress's default, and CI relies on it.
  ignoreDeadLinks: false,
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  markdown: {
    config(md) {
      // Links to files outside the documentation lead to the published repository, and are plain text until there is one.
      md.core.ruler.push('links-to-source', ({ tokens, env }) => {
        const page = (env as { relativePath?: string }).relativePath ?? '';
        for (const { children } of tokens) {
          for (const [index, token] of (children ?? []).entries()) {
            const link = token.type === 'link_open' ? token.attrGet('href') : null;
            const file = link === null ? undefined : fileOutside(page, decodeURI(link));
            if (file === undefined) continue;
            if (!existsSync(join(ROOT, file))) throw new Error(`docs/${page}: there is no ${file}`);
            if (repository !== undefined) token.attrSet('href', `${repository}/blob/main/${file}`);
            else {
              token.tag = 'span';
              token.attrs = [['title', file]];
              const close = children!.slice(index).find(({ type }) => type === 'link_close');
              if (close) close.tag = 'span';
            }
          }
        }
      });
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Guide', link: '/guides/set-up' },
      { text: 'Reference', link: '/operations' },
    ],
    sidebar: [
      {
        text: 'Guides',
        items: [
          { text: 'What it does', link: '/' },
          ...pages('guides', [
            'set-up',
            'applications',
            'amazon-connect',
            'any-backend',
            'production',
            'postgresql',
            'scaling',
            'troubleshooting',
          ]),
        ],
      },
      {
        text: 'Reference',
        items: pages('', [
          'path-of-a-push',
          'create-push-notification-registration',
          'operations',
          'settings',
        ]),
      },
      { text: 'Decisions', collapsed: true, items: pages('decisions') },
    ],
    ...(repository !== undefined && { socialLinks: [{ icon: 'github', link: repository }] }),
  },
});
