// node scripts/replay-dockerfile.ts : runs the steps of the Dockerfile without Docker, and starts the result.
//
// Each stage is a folder that serves as its root; absolute paths are relative to it. If started as root, everything runs as
// `nobody`, who can write only to these folders. The context is the files tracked by git, without those in .dockerignore. The
// base image is replaced by this machine's sh and coreutils and the repository's Node. The script then checks HEALTHCHECK's
// command, a first answer, SIGTERM, exit code 0, and that nothing was written outside the volume.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { isIgnored } from './docker-context.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const NOBODY = 65_534;
/** The variables with which this machine reaches the registry; an image contains nothing else of its environment. */
const REACH = /^(NODE_EXTRA_CA_CERTS|https?_proxy|no_proxy|npm_config_(registry|cafile|proxy|https_proxy))$/i;
const asNobody = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

interface Stage {
  readonly root: string;
  workdir: string;
  readonly environment: Record<string, string>;
  entrypoint: string[];
  healthcheck: string[];
}

const work = mkdtempSync(join(tmpdir(), 'chatpush-dockerfile-'));
chmodSync(work, 0o755);
try {
  const final = build(instructionsOf(readFileSync(join(ROOT, 'Dockerfile'), 'utf8')));
  await start(final);
  console.log('The Dockerfile can be replayed, and its result runs.');
} finally {
  rmSync(work, { recursive: true, force: true });
}

function instructionsOf(text: string): [instruction: string, rest: string][] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const at = line.indexOf(' ');
      return [line.slice(0, at), line.slice(at + 1).trim()];
    });
}

function build(instructions: readonly [string, string][]): Stage {
  const stages = new Map<string, Stage>();
  let stage: Stage | undefined;
  for (const [instruction, rest] of instructions) {
    console.log(`${instruction} ${rest}`.slice(0, 110));
    if (instruction === 'FROM') {
      const name = / AS (\w+)$/.exec(rest)?.[1] ?? 'final';
      stage = {
        root: folder(join(work, name)),
        workdir: '/',
        environment: {},
        entrypoint: [],
        healthcheck: [],
      };
      stages.set(name, stage);
      continue;
    }
    if (stage === undefined) throw new Error(`${instruction} before FROM`);
    switch (instruction) {
      case 'WORKDIR':
        stage.workdir = rest;
        folder(inStage(stage, rest));
        break;
      case 'ENV': {
        const at = rest.indexOf('=');
        stage.environment[rest.slice(0, at)] = rest.slice(at + 1);
        break;
      }
      case 'COPY':
        copy(stage, rest, stages);
        break;
      case 'RUN':
        run(stage, rest);
        break;
      case 'ENTRYPOINT':
        stage.entrypoint = JSON.parse(rest) as string[];
        break;
      case 'HEALTHCHECK':
        stage.healthcheck = JSON.parse(rest.slice(rest.indexOf('['))) as string[];
        break;
      case 'USER':
      case 'EXPOSE':
      case 'VOLUME':
      case 'STOPSIGNAL':
        break;
      default:
        throw new Error(`This script does not support ${instruction}.`);
    }
  }
  if (stage === undefined) throw new Error('no stage');
  return stage;
}

function inStage(stage: Stage, path: string): string {
  return join(stage.root, resolve(stage.workdir, path));
}

function folder(path: string): string {
  mkdirSync(path, { recursive: true });
  if ('uid' in asNobody) chownSync(path, NOBODY, NOBODY);
  return path;
}

function copy(stage: Stage, rest: string, stages: ReadonlyMap<string, Stage>): void {
  const words = rest.split(' ');
  const from = /^--from=(\w+)$/.exec(words[0] ?? '')?.[1];
  const [source = '', target = ''] = from === undefined ? words : words.slice(1);
  const destination = inStage(stage, target);
  if (from !== undefined) {
    execFileSync('cp', ['-a', inStage(stages.get(from)!, source), destination]);
    return;
  }
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' }).split('\0');
  for (const file of files.filter(
    (file) => file !== '' && !isIgnored(file) && existsSync(join(ROOT, file)),
  )) {
    mkdirSync(dirname(join(destination, file)), { recursive: true });
    cpSync(join(ROOT, file), join(destination, file));
  }
  if ('uid' in asNobody) execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, destination]);
}

function environmentOf(stage: Stage): NodeJS.ProcessEnv {
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => REACH.test(name))),
    PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    HOME: folder(join(work, 'home')),
    ...stage.environment,
    CHATPUSH_STORE: `sqlite:${join(stage.root, 'data/chatpush.db')}`,
  };
}

function run(stage: Stage, command: string): void {
  // Owners only matter in the image; here the folder has the right owner already.
  if (command.startsWith('mkdir /data')) {
    folder(join(stage.root, 'data'));
    return;
  }
  if (/(^|\s)\//.test(command)) throw new Error(`An absolute path cannot be replayed: ${command}`);
  execFileSync('sh', ['-ec', command], {
    cwd: inStage(stage, '.'),
    env: environmentOf(stage),
    stdio: ['ignore', 'ignore', 'inherit'],
    ...asNobody,
  });
}

async function start(stage: Stage): Promise<void> {
  const [program = '', ...args] = stage.entrypoint;
  const size = execFileSync('du', ['-sm', inStage(stage, '.')], { encoding: 'utf8' }).split('\t')[0];
  console.log(`  ${size} MB beside Node itself`);
  const environment = {
    ...environmentOf(stage),
    CHATPUSH_PORT: '0',
    CHATPUSH_EXPOSE_DEVELOPMENT: 'yes',
  };
  const startedMs = Date.now();
  const child = spawn(program, args, {
    cwd: inStage(stage, '.'),
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
    ...asNobody,
  });
  const gone = once(child, 'exit');
  for await (const line of createInterface(child.stdout)) {
    const [, port] = /http:\/\/0\.0\.0\.0:(\d+)/.exec(line) ?? [];
    if (port === undefined) continue;
    console.log(`  listens on port ${port}`);
    const [health = '', ...rest] = stage.healthcheck;
    execFileSync(health, rest, { env: { ...environment, CHATPUSH_PORT: port }, ...asNobody });
    const page = await fetch(`http://127.0.0.1:${port}/console/`);
    if (!(await page.text()).includes('<script')) throw new Error('The console page is missing.');
    child.kill('SIGTERM');
    break;
  }
  const [code] = (await gone) as [number | null];
  if (code !== 0) throw new Error(`It exited with ${code}.`);
  const written = execFileSync('find', [stage.root, '-newermt', `@${startedMs / 1000}`, '-type', 'f'], {
    encoding: 'utf8',
  });
  const outside = written
    .split('\n')
    .filter((path) => path !== '' && !relative(stage.root, path).startsWith('data'));
  if (outside.length > 0) throw new Error(`It wrote outside its volume:\n${outside.join('\n')}`);
  if (statSync(join(stage.root, 'data')).isDirectory()) console.log('  wrote only to its volume');
}
