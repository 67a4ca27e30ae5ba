#!/usr/bin/env node
// The command `chatpush`. Plain JavaScript that any Node can read, so that an old one prints a sentence instead of a stack.
import { existsSync, readFileSync } from 'node:fs';

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const numbers = (version) => version.split('.').map(Number);
const [major, minor] = numbers(process.versions.node);
const isOn = (line) => {
  const [fromMajor, fromMinor] = numbers(line.replace(/^\D+/, ''));
  return line.startsWith('^') ? major === fromMajor && minor >= fromMinor : major >= fromMajor;
};

const fromClone = existsSync(new URL('../src/main.ts', import.meta.url));

if (fromClone && !existsSync(new URL('../dist/main.js', import.meta.url))) {
  process.stderr.write(
    'chatpush is not built in this clone: run "npm start -- <arguments>" instead, or "npm run build" first.\n',
  );
  process.exitCode = 1;
} else if (engines.node.split(' || ').some(isOn)) await import('../dist/main.js');
else {
  process.stderr.write(
    `chatpush runs on Node.js ${engines.node.replace(' || ', ' or ')}, and this is ${process.versions.node}.\n`,
  );
  process.exitCode = 1;
}
