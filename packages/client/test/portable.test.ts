// With WebCrypto and `fetch` the client behaves as it does with Node's own crypto and HTTP.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { rolldown } from 'rolldown';
import * as node from '../src/platform-node.ts';
import * as web from '../src/platform-web.ts';
import { startRecordingServer } from './recording-server.ts';

const run = promisify(execFile);
const HERE = fileURLToPath(new URL('.', import.meta.url));
/** Excluded: these start their own programs, or test the sources. */
const LEFT_OUT = new Set(['packed.test.ts', 'portable.test.ts', 'examples.test.ts']);

describe('without Node’s own modules', () => {
  test('every promise holds as on Node', async () => {
    const files = globSync('*.test.ts', { cwd: HERE }).filter((file) => !LEFT_OUT.has(basename(file)));
    assert.ok(files.length > 5);
    // Without NODE_TEST_CONTEXT, which would silence the inner run.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const preload = `--import=${new URL('as-elsewhere.mjs', import.meta.url).href}`;
    const { stdout } = await run(
      process.execPath,
      ['--conditions=source', preload, '--test', '--test-reporter=tap', ...files],
      { cwd: HERE, env },
    );
    const [, passed] = /^# pass (\d+)$/m.exec(stdout) ?? [];
    assert.ok(Number(passed) > 50, stdout);
  });

  test('hashes and signatures are the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary' }),
        fc.string(),
        fc.array(fc.string()),
        async (text, secret, chain) => {
          assert.equal(await node.hashing.sha256(text), await web.hashing.sha256(text));
          const [one, other] = [
            await node.hashing.deriveKey(secret, chain),
            await web.hashing.deriveKey(secret, chain),
          ];
          assert.equal(await one(text), await other(text));
        },
      ),
      { seed: 7, numRuns: 200 },
    );
  });

  test('an answer reads the same however it is split', async () => {
    await using server = await startRecordingServer((_, response) => {
      response.writeHead(418, { 'x-amzn-requestid': 'r', date: 'Sun, 22 Nov 2026 20:00:00 GMT' });
      const body = Buffer.from('{"Message":"Grüße 👋"}');
      // Split within a character.
      response.write(body.subarray(0, 17), () => response.end(body.subarray(17)));
    });
    const request = {
      origin: server.url,
      target: '/a%2Fb?c=d%20e',
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'x-amz-date': 'now' },
      body: '"ü"',
    };
    const read = async ({ send }: typeof node) => {
      const { status, headers, text } = await send(request, { isOver: () => false, onEnd: () => undefined });
      return [status, text, ...['x-amzn-requestid', 'date', 'retry-after'].map((name) => headers.get(name))];
    };
    assert.deepEqual(await read(node), await read(web));
    const [byNode, byFetch] = server.requests.map(({ method, target, body, headers }) => {
      const { host, 'content-type': type, 'content-length': length, 'x-amz-date': date } = headers;
      return { method, target, body, host, type, length, date };
    });
    assert.deepEqual(byNode, byFetch);
  });

  test('a bundle for browsers contains nothing from Node and stays under 10 KB', async (t) => {
    const bundle = await rolldown({
      input: fileURLToPath(new URL('../src/index.ts', import.meta.url)),
      platform: 'browser',
      resolve: { conditionNames: ['source', 'browser', 'import', 'default'] },
    });
    const { output } = await bundle.generate({ format: 'esm', minify: true });
    assert.equal(output.length, 1);
    const [{ code, imports }] = output;
    assert.deepEqual(imports, []);
    assert.doesNotMatch(code, /node:/);
    const compressed = new Uint8Array(
      await new Response(new Blob([code]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer(),
    ).byteLength;
    t.diagnostic(`${code.length} bytes, ${compressed} gzipped`);
    assert.ok(compressed <= 10_000, `${compressed}`);
  });
});
