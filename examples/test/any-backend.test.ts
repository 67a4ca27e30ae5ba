// Follows docs/guides/any-backend.md like a reader: its settings, its service, its commands and snippets, until a phone lights
// up.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const PAGE = readFileSync(file('docs/guides/any-backend.md'), 'utf8');

/** A code block by its language and name. */
function block(fence: string): string {
  const [, text] = new RegExp(`^\`\`\`${fence}\\n(.*?)^\`\`\`$`, 'ms').exec(PAGE) ?? [];
  assert.ok(text !== undefined, `the guide has no block ${fence}`);
  return text;
}

const lacks = (command: string): string | false =>
  spawnSync(command, ['--version']).status === 0 ? false : `${command} is not installed`;

let folder: string;
let environment: NodeJS.ProcessEnv;
let service: ReturnType<typeof startService>;

/** The page's variables and its `npx chatpush`, run from the sources on a free port. */
function startService() {
  const main = file('packages/server/src/main.ts');
  const commands = block('sh service').replace(
    'npx chatpush &',
    `env -0 > variables\nexec '${process.execPath}' --conditions=source '${main}' --port 0`,
  );
  return spawn('sh', ['-ec', commands], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chatpush-guide-'));
  writeFileSync(join(folder, 'settings.json'), block('json'));
  service = startService();
  const [line] = (await once(createInterface(service.stdout), 'line')) as [string];
  const { url } = JSON.parse(line) as { url: string };
  const variables = readFileSync(join(folder, 'variables'), 'utf8').split('\0').filter(Boolean);
  environment = Object.fromEntries(variables.map((one) => /^(.*?)=(.*)$/s.exec(one)!.slice(1)));
  environment['CHATPUSH_URL'] = url;
  const { RegistrationId } = JSON.parse(execute('sh', '-c', block('sh register'))) as Record<string, string>;
  assert.match(RegistrationId!, /^[0-9a-f-]{36}$/);
});
after(async () => {
  service.kill('SIGTERM');
  if (service.exitCode === null) await once(service, 'exit');
  rmSync(folder, { recursive: true });
});

function execute(command: string, ...argv: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, argv, {
    cwd: folder,
    encoding: 'utf8',
    env: environment,
  });
  assert.equal(status, 0, stderr);
  return stdout;
}

/** The page's own check, for one text. */
function arrives(text: string): void {
  const question = block('sh arrived').replace('contains=Hello', `contains=${encodeURIComponent(text)}`);
  assert.match(execute('sh', '-c', question), new RegExp(text));
}

test('Node.js', () => {
  const printed = execute(process.execPath, '--input-type=module', '--eval', block('js'));
  assert.equal(printed, '[{"Id":"node-1","Deliveries":1}]\n');
  arrives('Hello from Node');
});

test('Python', { skip: lacks('python3') }, () => {
  assert.equal(execute('python3', '-c', block('python')), '[{"Id":"python-1","Deliveries":1}]\n');
  arrives('Hello from Python');
});

test('shell, and the delivery log of the message', () => {
  assert.equal(execute('sh', '-c', block('sh shell')), '{"Results":[{"Id":"shell-1","Deliveries":1}]}');
  arrives('Hello from the shell');
  const { Deliveries } = JSON.parse(execute('sh', '-c', block('sh deliveries'))) as {
    Deliveries: { MessageId: string }[];
  };
  assert.equal(Deliveries[0]!.MessageId, 'shell-1');
});
