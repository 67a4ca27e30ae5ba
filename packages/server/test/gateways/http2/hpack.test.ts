// Header blocks against published vectors, and against the examples of RFC 7541 appendix C.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, test } from 'node:test';
import { ConnectionError, ERROR_CODE, type ErrorName } from '../../../src/gateways/http2/error-codes.ts';
import { HeaderTemplate, VARIES } from '../../../src/gateways/http2/header-template.ts';
import { decodeFields } from '../../../src/gateways/http2/hpack.ts';

const decode = (hex: string): string[] => {
  // At an offset in its buffer, as in a frame.
  const block = Buffer.from(`ff${hex.replaceAll(' ', '')}ff`, 'hex');
  return [...decodeFields(block, 1, block.length - 1)];
};

const refused = (hex: string, code: ErrorName = 'COMPRESSION_ERROR'): void => {
  assert.throws(
    () => decode(hex),
    (error) => error instanceof ConnectionError && error.code === ERROR_CODE[code],
  );
};

describe('vectors of http2jp/hpack-test-case', () => {
  const folder = new URL('vectors/', import.meta.url).pathname;
  const files = globSync(`${folder}*.json`).sort();
  assert(files.length >= 12);
  for (const file of files)
    test(basename(file), () => {
      const { cases } = JSON.parse(readFileSync(file, 'utf8')) as {
        cases: { wire: string; headers: Record<string, string>[] }[];
      };
      assert(cases.length > 0);
      for (const { wire, headers } of cases)
        assert.deepEqual(
          decode(wire),
          headers.flatMap((header) => Object.entries(header).flat()),
        );
    });
});

const REQUEST = [':method', 'GET', ':scheme', 'http', ':path', '/', ':authority', 'www.example.com'];
const RESPONSE = [
  ':status',
  '302',
  'cache-control',
  'private',
  'date',
  'Mon, 21 Oct 2013 20:13:21 GMT',
  'location',
  'https://www.example.com',
];

describe('RFC 7541 appendix C', () => {
  test('C.1: integers', () => {
    // 10 and 42 as lengths of strings, 1337 as an index with a prefix of five bits: a table size, which is too large here.
    assert.deepEqual(decode(`00 01 61 0a ${'62'.repeat(10)}`), ['a', 'b'.repeat(10)]);
    assert.deepEqual(decode(`00 01 61 2a ${'62'.repeat(42)}`), ['a', 'b'.repeat(42)]);
    assert.deepEqual(decode(`00 01 61 7f ba09 ${'62'.repeat(1337)}`), ['a', 'b'.repeat(1337)]);
    refused('3f 9a 0a');
  });

  test('C.2: each form of a field', () => {
    assert.deepEqual(decode('400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572'), [
      'custom-key',
      'custom-header',
    ]);
    assert.deepEqual(decode('040c 2f73 616d 706c 652f 7061 7468'), [':path', '/sample/path']);
    assert.deepEqual(decode('1008 7061 7373 776f 7264 0673 6563 7265 74'), ['password', 'secret']);
    assert.deepEqual(decode('82'), [':method', 'GET']);
  });

  test('C.3, C.4: requests without and with Huffman coding', () => {
    assert.deepEqual(decode('8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d'), REQUEST);
    assert.deepEqual(decode('8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff'), REQUEST);
  });

  test('C.5, C.6: responses without and with Huffman coding', () => {
    assert.deepEqual(
      decode(
        '4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
      ),
      RESPONSE,
    );
    assert.deepEqual(
      decode(
        '4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3',
      ),
      RESPONSE,
    );
  });

  test('the blocks that follow in C.3 to C.6 need a table of more than 0 bytes, and are refused', () => {
    refused('8286 84be 5808 6e6f 2d63 6163 6865');
    refused('8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65');
    refused('8286 84be 5886 a8eb 1064 9cbf');
    refused('8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf');
    refused('4803 3330 37c1 c0bf');
    refused('4883 640e ffc1 c0bf');
  });
});

describe('a header block', () => {
  test('may start with a table size update to the announced size, and to no other', () => {
    assert.deepEqual(decode('20 88'), [':status', '200']);
    refused('21 88');
    refused('88 20'); // between fields
  });

  test('that is invalid is a COMPRESSION_ERROR', () => {
    refused('80'); // index 0
    refused('be'); // index 62, beyond the static table
    refused('ff ff ff ff ff ff ff ff'); // an integer without end
    refused('00'); // no name
    refused('00 01 61'); // no value
    refused('00 05 61'); // a string beyond the end
    refused('00 81 ff 00'); // eight bits of padding
    refused('00 82 f8 ff 00'); // the same behind a symbol
  });

  test('whose Huffman string contains EOS or has padding other than ones is a COMPRESSION_ERROR', () => {
    refused('00 84 ff ff ff ff 00');
    refused('00 81 18 00'); // "a" and three zeros
    assert.deepEqual(decode('00 81 1f 00'), ['a', '']);
  });

  test('above the announced size is ENHANCE_YOUR_CALM, however few its bytes', () => {
    assert.equal(decode('88'.repeat(300)).length, 600);
    refused('88'.repeat(16_000), 'ENHANCE_YOUR_CALM');
    refused(`00 01 61 7f 81 7f ${'62'.repeat(16_384)}`, 'ENHANCE_YOUR_CALM');
  });
});

describe('a header template', () => {
  const write = (template: HeaderTemplate, values: readonly string[]): Buffer => {
    const target = Buffer.alloc(template.bound(values) + 3);
    return target.subarray(3, template.write(target, 3, values));
  };

  test('writes its fixed fields and variable values of any length', () => {
    const template = new HeaderTemplate([
      [':method', 'POST'],
      [':path', VARIES],
      ['apns-topic', 'com.example.chat'],
      ['apns-id', VARIES],
    ]);
    for (const length of [0, 1, 126, 127, 128, 254, 255, 5_000]) {
      const block = write(template, ['p'.repeat(length), 'i'.repeat(length)]);
      assert.deepEqual(decode(block.toString('hex')), [
        ':method',
        'POST',
        ':path',
        'p'.repeat(length),
        'apns-topic',
        'com.example.chat',
        'apns-id',
        'i'.repeat(length),
      ]);
    }
  });

  test('marks authorization as never to be indexed (RFC 7541 §7.1.3)', () => {
    const block = write(new HeaderTemplate([['authorization', 'bearer x']]), []);
    assert.equal(block[0], 0x1f); // 0001 and an index of four bits that goes on: 23
    assert.equal(block[1], 23 - 15);
  });
});
