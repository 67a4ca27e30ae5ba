// Why a database cannot be used at start, and the cure: a sentence for each mistake that operators make.
import { databaseName } from '../../addresses/database-url.ts';
import { sqlState, toStoreError } from './faults.ts';

interface Mistake {
  /** SQLSTATEs and codes of the driver, the socket or TLS. */
  readonly codes?: readonly string[];
  /** Where there is no code, or it says too little. */
  readonly message?: RegExp;
  readonly cure: string;
}

const AUTHORITY =
  'its certificate is from an authority that is not trusted. Add sslrootcert=/path/to/authority.pem to the URL';

const MISTAKES: readonly Mistake[] = [
  {
    codes: ['SELF_SIGNED_CERT_IN_CHAIN', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
    cure: AUTHORITY,
  },
  { codes: ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT'], cure: AUTHORITY },
  {
    codes: ['ERR_TLS_CERT_ALTNAME_INVALID'],
    cure: 'its certificate is for another name. Write the name of the certificate as the host, or uselibpqcompat=true&sslmode=verify-ca to trust the authority alone',
  },
  { codes: ['CERT_HAS_EXPIRED'], cure: 'its certificate has expired. Renew it' },
  {
    message: /server does not support SSL/,
    cure: 'it does not speak TLS, and the URL asks for it by sslmode. Set ssl = on at the server, or leave sslmode out',
  },
  {
    message: /no encryption|SSL off/,
    cure: 'it takes no connection without TLS. Add sslmode=verify-full to the URL',
  },
  {
    codes: ['28P01', '28000'],
    cure: 'it refuses the user or the password. Correct them in the URL, percent-encoded, or pg_hba.conf',
  },
  { codes: ['3D000'], cure: 'there is no such database. Create it with: create database … encoding UTF8' },
  {
    codes: ['42501'],
    cure: 'the role may not create the schema. Create it with: create schema … authorization the-role',
  },
  {
    message: /unsupported startup parameter/,
    cure: 'the pooler refuses a parameter of the URL. Remove options from it',
  },
  {
    message: /forgets prepared statements/,
    cure: 'CHATPUSH_POSTGRES_PREPARED is yes, and the pooler cannot do that. Leave it out, or use PgBouncer 1.21 or newer with max_prepared_statements above 0',
  },
  { codes: ['ENOTFOUND', 'EAI_AGAIN'], cure: 'the name cannot be looked up. Correct the host, or DNS' },
  {
    message: /timeout expired/,
    cure: 'it did not answer in time. Look whether it runs, and what is between',
  },
  { codes: ['ECONNREFUSED', 'ENOENT'], cure: 'nothing listens there. Start it, or correct host and port' },
];

/** The error with the database and the cure in its message. An error of another kind comes back as it is. */
export function explained(error: unknown, url: string): unknown {
  if (!(error instanceof Error)) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const mistake = MISTAKES.find(
    ({ codes, message }) =>
      (code !== undefined && codes?.includes(code) === true) || message?.test(error.message) === true,
  );
  if (mistake === undefined) return sqlState(error) === '25006' ? readOnly(error, url) : toStoreError(error);
  const sentence = `The database ${databaseName(url)} cannot be used: ${mistake.cure}. It said: ${error.message}`;
  const same = toStoreError(error);
  return same === error
    ? new Error(sentence, { cause: error })
    : Object.assign(same as Error, { message: sentence });
}

const readOnly = (error: Error, url: string): unknown =>
  Object.assign(toStoreError(error) as Error, {
    message: `The database ${databaseName(url)} cannot be used: ${error.message}.`,
  });
