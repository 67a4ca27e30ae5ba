// The forms in which clients sign the path and query of one request. AWS SDKs percent-encode the sent path once
// more; other clients sign it as sent. A space in a query is `%20`, or `+` as in HTML forms, which may again be
// signed either way.
//
// Only different forms are tried: ids of unreserved characters have one form, so refusing such a call costs no more
// than before.
import { canonicalPath, canonicalQuery } from '@chatpush/wire';

export interface CanonicalForm {
  readonly path: string;
  readonly query: string;
  /** `+` in the query stands for a space. */
  readonly plusIsSpace: boolean;
}

/** A path without escapes or dots, which is signed as sent. */
const PLAIN = /^(?:\/[\w~-]+)+$/;

/** `path`, `query`: as written on the request line. */
export function canonicalForms(path: string, query: string): readonly CanonicalForm[] {
  if (query === '' && PLAIN.test(path)) return [{ path, query, plusIsSpace: false }];
  const paths = [...new Set(pathForms(path))];
  return queryForms(query).flatMap(({ query: one, plusIsSpace }) =>
    paths.map((path) => ({ path, query: one, plusIsSpace })),
  );
}

function pathForms(path: string): string[] {
  const forms = [
    canonicalPath(path),
    // shared_aws_api 1 and 2 of Dart: `Uri.encodeFull` encodes the percent signs and leaves `!$&'()*+,;=:@` alone.
    path.replaceAll('%', '%25'),
  ];
  // As aws_client 0.9 signs it. `a%252Fb` could be the id `a%2Fb` signed this way, and is the id `a/b` as AWS SDKs
  // sign it. A signature of one request must not be valid for another, so such a path has only the AWS form.
  if (!/%25[\dA-F]{2}/i.test(path)) forms.push(path);
  return forms;
}

function queryForms(query: string): Omit<CanonicalForm, 'path'>[] {
  const asSent = { query: canonicalQuery(query), plusIsSpace: false };
  if (!query.includes('+')) return [asSent];
  const spaced = canonicalQuery(query.replaceAll('+', '%20'));
  return [
    asSent,
    { query: spaced, plusIsSpace: true },
    // Dart's `Uri.encodeQueryComponent`, which shared_aws_api signs with.
    { query: spaced.replaceAll('%20', '+'), plusIsSpace: true },
  ];
}
