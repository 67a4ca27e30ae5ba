// The applications of the store, as commands see them: reported by the running service if it has locked the
// database, otherwise read from the database. Credentials stay encrypted on the way.
import { existsSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { json } from 'node:stream/consumers';
import { checkedNatsUrl } from '../addresses/nats-url.ts';
import { parseApplication } from '../applications/document.ts';
import { everyApplication } from '../applications/every-application.ts';
import { toLiveApplication } from '../applications/live-application.ts';
import type { StoredApplication, StoredApplications } from '../applications/stored-applications.ts';
import type { Config } from '../config/config.ts';
import { createSealing } from '../secrets/sealing.ts';
import { askService, commandSocketOf } from './command-socket.ts';

/** The settings, with the applications of the store added. Rejects with a sentence if the store cannot be read. */
export async function withStoredApplications(config: Config): Promise<Config> {
  const options = {
    emulated: config.autoCreate === 'all',
    reach: config.gateways,
    sealing: config.secretKeys && createSealing(config.secretKeys),
  };
  const stored = (await readStored(config)).map(({ arn, body }) =>
    toLiveApplication(arn, parseApplication(body), options),
  );
  return { ...config, applications: everyApplication(config.applications, stored) };
}

async function readStored(config: Config): Promise<readonly StoredApplication[]> {
  const { store } = config;
  if (store.kind === 'postgres') {
    const { readPostgresSettings } = await import('../store/postgres/postgres-store.ts');
    const settings = await readPostgresSettings(store.url.reveal(), 'application', store.schema);
    return settings.map(({ id, body }) => ({ arn: id, body }));
  }
  if (store.kind === 'nats') {
    const { readJetStreamSettings } = await import('../store/jetstream/read-settings.ts');
    const settings = await readJetStreamSettings(checkedNatsUrl(store.url.reveal()), 'application');
    return settings.map(({ id, body }) => ({ arn: id, body }));
  }
  if (!existsSync(store.path)) return [];
  const answer = await askService(commandSocketOf(config), 'GET', '/applications');
  if (answer?.statusCode === 200) return (await json(answer)) as StoredApplication[];
  if (answer !== undefined)
    throw new Error(
      `The service could not list its applications: it answered ${answer.statusCode}. Its log has the reason.`,
    );
  return readFile(store.path);
}

/** For a database that no service uses. */
function readFile(path: string): StoredApplication[] {
  try {
    using database = new DatabaseSync(path, { readOnly: true });
    const tables = database.prepare("select 1 from sqlite_schema where name = 'setting'").get();
    if (tables === undefined) return [];
    return database
      .prepare("select id as arn, body from setting where kind = 'application' order by id")
      .all()
      .map(({ arn, body }) => ({ arn: String(arn), body: String(body) }));
  } catch (error) {
    throw new Error(`The database ${path} could not be read: ${(error as Error).message}.`, { cause: error });
  }
}

/** The running service's answer. */
export async function answerApplications(
  response: ServerResponse,
  stored: Pick<StoredApplications, 'all'>,
): Promise<void> {
  const all: StoredApplication[] = [];
  for await (const application of stored.all()) all.push(application);
  response.end(JSON.stringify(all));
}
