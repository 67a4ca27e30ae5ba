// Incomplete signatures: each missing, repeated or malformed part is refused by name.
import { describe, test } from 'node:test';
import type { ErrorName, HeaderLines } from '@chatpush/wire';
import type { SignedRequest } from './official-signer.ts';
import { refused, sign, without } from './signed-requests.ts';

describe('an incomplete signature', () => {
  const cases: readonly [string, string | undefined, ErrorName, RegExp][] = [
    ['no header', undefined, 'MissingAuthenticationTokenException', /^Missing Authentication Token$/],
    ['an empty header', '', 'IncompleteSignatureException', /^Authorization header cannot be empty\.$/],
    [
      'another scheme',
      'Bearer token',
      'IncompleteSignatureException',
      /requires the algorithm AWS4-HMAC-SHA256/,
    ],
    [
      'another algorithm',
      'AWS4-ECDSA-P256-SHA256 Credential=a',
      'IncompleteSignatureException',
      /requires the algorithm/,
    ],
    ['only the algorithm', 'AWS4-HMAC-SHA256', 'IncompleteSignatureException', /missing equal-sign/],
    ['no equal sign', 'AWS4-HMAC-SHA256 Credential', 'IncompleteSignatureException', /missing equal-sign/],
    [
      'no parameter that is needed',
      'AWS4-HMAC-SHA256 X=1',
      'IncompleteSignatureException',
      /^Authorization header requires 'Credential' parameter\. Authorization header requires 'Signature' parameter\. Authorization header requires 'SignedHeaders' parameter\.$/,
    ],
    [
      'no scope',
      'AWS4-HMAC-SHA256 Credential=AKIDTEST, SignedHeaders=host, Signature=00',
      'IncompleteSignatureException',
      /^Credential must have at least 5 slash-delimited elements/,
    ],
  ];
  for (const [what, authorization, name, message] of cases)
    test(what, async () => {
      const signed = await sign();
      const headers = without(signed.headers, 'authorization');
      const added: HeaderLines =
        authorization === undefined ? headers : [...headers, ['Authorization', authorization]];
      refused({ ...signed, headers: added }, name, message);
    });

  test('no date', async () => {
    const signed = await sign();
    refused(
      { ...signed, headers: without(signed.headers, 'x-amz-date') },
      'IncompleteSignatureException',
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    );
  });

  test('in the query: a part missing, repeated, out of range, or in addition to a header', async () => {
    const { headers, target, ...rest } = await sign({}, { expiresSeconds: 60 });
    const withTarget = (changed: string): SignedRequest => ({ ...rest, headers, target: changed });
    for (const name of ['Credential', 'Date', 'Expires', 'Signature', 'SignedHeaders'])
      refused(
        withTarget(target.replace(new RegExp(`X-Amz-${name}=[^&]*&?`), '')),
        'IncompleteSignatureException',
        `The query requires 'X-Amz-${name}' parameter.`,
      );
    refused(withTarget(`${target}&X-Amz-Signature=00`), 'IncompleteSignatureException', /more than once/);
    refused(withTarget(`${target}&%58-Amz-Date=1`), 'IncompleteSignatureException', /more than once/);
    for (const seconds of ['0', '-1', '604801', '1e3', '1.5', 'x'])
      refused(
        withTarget(target.replace('X-Amz-Expires=60', `X-Amz-Expires=${seconds}`)),
        'IncompleteSignatureException',
        'X-Amz-Expires must be between 1 and 604800 seconds.',
      );
    refused(
      withTarget(target.replace('AWS4-HMAC-SHA256', 'AWS4-HMAC-SHA1')),
      'IncompleteSignatureException',
      'X-Amz-Algorithm must be AWS4-HMAC-SHA256.',
    );
    const both: HeaderLines = [...headers, ['Authorization', 'AWS4-HMAC-SHA256 Credential=a']];
    refused({ ...rest, headers: both, target }, 'IncompleteSignatureException', /not in both/);
  });
});
