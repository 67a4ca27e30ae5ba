#!/usr/bin/env node
// The command `chatpush`. Plain JavaScript that any Node can read, so that one that is too old gets a sentence and no stack.
import { readFileSync } from 'node:fs';

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const numbers = (version) => version.split('.').map(Number);
const [major, minor] = numbers(process.versions.node);
const isOn = (line) => {
  const [fromMajor, fromMinor] = numbers(line.replace(/^\D+/, ''));
  return line.startsWith('^') ? major === fromMajor && minor >= fromMinor : major >= fromMajor;
};

if (engines.node.split(' || ').some(isOn)) await import('../dist/main.js');
else {
  process.stderr.write(
    `chatpush runs on Node.js ${engines.node.replace(' || ', ' or ')}, and this is ${process.versions.node}.\n`,
  );
  process.exitCode = 1;
}
