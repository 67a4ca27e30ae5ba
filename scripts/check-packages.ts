// The problems that publint and "are the types wrong" find in tarballs, as sentences.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

/** Not supported: these resolution modes cannot `require` an ES module or do not know `exports`. */
const NOT_FOR_THEM: ReadonlySet<string> = new Set(['node10', 'node16-cjs']);

export async function complaints(tarballs: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    tarballs.map(async (tarball) => {
      const bytes = new Uint8Array(await readFile(tarball));
      const { messages, pkg } = await publint({ pack: { tarball: bytes.buffer }, strict: true });
      const { types, ...checked } = await checkPackage(createPackageFromTarballData(bytes));
      const problems = 'problems' in checked ? checked.problems : [];
      return [
        ...messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code),
        ...(types === false ? ['It has no types.'] : []),
        ...problems
          .filter((problem) => !('resolutionKind' in problem && NOT_FOR_THEM.has(problem.resolutionKind)))
          .map((problem) => JSON.stringify(problem)),
      ].map((complaint) => `${basename(tarball)}: ${complaint}`);
    }),
  );
  return found.flat();
}
