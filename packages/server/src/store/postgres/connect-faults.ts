// Why a database cannot be used at start, and how to fix it: a sentence for each common mistake.
import { databaseName } from '../../addresses/database-url.ts';
import { sqlState, toStoreError } from './faults.ts';

interface Mistake {
  /** SQLSTATEs and codes of the driver, the socket or TLS. */
  readonly codes?: readonly string[];
  /** If there is no code, or it says too little. */
  readonly message?: RegExp;
  readonly cure: string;
}

const AUTHORITY =
  'its certificate is from an untrusted authority. Add sslrootcert=/path/to/authority.pem to the URL';

const MISTAKES: readonly Mistake[] = [
  {
    codes: ['SELF_SIGNED_CERT_IN_CHAIN', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
    cure: AUTHORITY,
  },
  { codes: ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT'], cure: AUTHORITY },
  {
    codes: ['ERR_TLS_CERT_ALTNAME_INVALID'],
    cure: 'its certificate is for another name. Use the certificate’s name as the host, or add uselibpqcompat=true&sslmode=verify-ca to check only the authority',
  },
  { codes: ['CERT_HAS_EXPIRED'], cure: 'its certificate has expired. Renew it' },
  {
    message: /server does not support SSL/,
    cure: 'it does not support TLS, which the URL requires by sslmode. Set ssl = on at the server, or remove sslmode',
  },
  {
    message: /no encryption|SSL off/,
    cure: 'it accepts no connection without TLS. Add sslmode=verify-full to the URL',
  },
  {
    codes: ['28P01', '28000'],
    cure: 'it refuses the user or the password. Correct them in the URL (percent-encoded), or correct pg_hba.conf',
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
    cure: 'CHATPUSH_POSTGRES_PREPARED is yes, and the pooler does not support prepared statements. Remove the setting, or use PgBouncer 1.21 or newer with max_prepared_statements above 0',
  },
  { codes: ['ENOTFOUND', 'EAI_AGAIN'], cure: 'the host name cannot be resolved. Correct the host, or DNS' },
  {
    message: /timeout expired/,
    cure: 'it did not answer in time. Check that it is running, and the network in between',
  },
  { codes: ['ECONNREFUSED', 'ENOENT'], cure: 'nothing listens there. Start it, or correct host and port' },
];

/** The error with the database and the fix in its message. Any other error is returned unchanged. */
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
