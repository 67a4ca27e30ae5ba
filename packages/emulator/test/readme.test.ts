// The README's table of faults is the table in the code. UPDATE=1 writes it.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import test from 'node:test';
import { FAULTS, type FaultKind, type Parameter } from '@chatpush/emulator';

const README = new URL('../README.md', import.meta.url);
const BEGIN = /(<!-- faults: [^>]*-->\n\n)[\s\S]*?(<!-- \/faults -->)/;

function described(name: string, parameter: Parameter): string {
  const values = parameter.kind === 'choice' ? ` (${parameter.of.join(', ')})` : '';
  const usual = 'default' in parameter && parameter.default !== undefined ? ` = ${parameter.default}` : '';
  return `\`${name}\`${usual}${values}: ${parameter.meaning}`;
}

function table(): string {
  const rows = Object.entries<FaultKind>(FAULTS).map(([name, { gateways, parameters, sentence }]) => [
    `\`${name}\``,
    gateways.join(', '),
    [sentence, ...Object.entries(parameters).map(([name, parameter]) => described(name, parameter))].join(
      '<br>',
    ),
  ]);
  return [['fault', 'gateways', 'what happens, and its parameters'], ['---', '---', '---'], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** The formatter pads tables, so only their contents are compared. */
const unpadded = (text: string): string => text.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---').trim();

test('the README lists every fault with its parameters', async () => {
  const text = await readFile(README, 'utf8');
  const made = text.replace(BEGIN, (_all, begin: string, end: string) => `${begin}${table()}\n\n${end}`);
  if (process.env['UPDATE'] === '1') await writeFile(README, made);
  else assert.equal(unpadded(text), unpadded(made));
});
