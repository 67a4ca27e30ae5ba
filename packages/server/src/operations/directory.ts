// Which instances and applications there are: those of the settings file, those in the store, and in development every one
// that a call names.
//
// Each is asked for by almost every call, so an answer is believed for a while; a hint of the store shortens that, and hints
// may be lost. Only what exists is remembered: an unknown name costs one read of the store each time.
import type { Clock } from '../clock.ts';
import { ATTACHMENT_TEXT, GENERIC_TEXT } from '../contact/content.ts';
import type { NotificationRules } from '../contact/content.ts';
import { DEFAULT_CONTACT_SETTINGS } from '../contact/settings.ts';
import { ServiceError } from '../service-error.ts';
import type { SettingKind, Store } from '../store/store.ts';

/** `all`: instances and applications begin with the first call that names them. */
export type AutoCreate = 'all' | 'contacts' | 'none';

export interface Application extends NotificationRules {
  readonly arn: string;
}

/** What the settings file lists. */
export interface Listed<A> {
  readonly instances: readonly string[];
  readonly applications: readonly A[];
}

type ListedApplication = Entry & { readonly arn: string };

export interface Directory<A extends ListedApplication = ListedApplication> {
  /** What is listed from now on, in place of what was. */
  list(listed: Listed<A>): void;
  /** What is known of an application at this moment; undefined: nobody listed it. */
  readonly configured: (arn: string) => A | undefined;
  /** Rejects with ResourceNotFoundException. */
  instance(id: string): Promise<void>;
  /** Rejects with ResourceNotFoundException; the ARN must be well formed (`isApplicationArn`). */
  application(arn: string): Promise<Application>;
  /** The rules of an application, or the usual ones where it was removed since somebody registered with it. */
  readonly rules: (arn: string) => Promise<NotificationRules>;
  /** Whether a registration may begin a contact that nobody started here. */
  readonly createsContacts: boolean;
  close(): void;
}

export const APPLICATION_ARN = '^arn:[\\w-]+:mobiletargeting:[\\w-]*:[\\w-]*:apps\\/[\\w.~-]+$';
const PATTERN = new RegExp(APPLICATION_ARN);

export const isApplicationArn = (arn: string): boolean => PATTERN.test(arn);

/** How long an answer is believed when no hint comes. */
const BELIEVED_MS = 10_000;
const MAX_REMEMBERED = 10_000;

type Entry = Partial<NotificationRules>;

export function createDirectory<A extends ListedApplication>(options: {
  readonly store: Store;
  readonly clock: Clock;
  readonly autoCreate: AutoCreate;
  readonly listed?: Listed<A>;
}): Directory<A> {
  const { store, clock, autoCreate } = options;
  let instances: ReadonlySet<string> = new Set();
  let applications: ReadonlyMap<string, A> = new Map();
  const list = (listed: Listed<A>): void => {
    instances = new Set(listed.instances);
    applications = new Map(listed.applications.map((one) => [one.arn, one]));
  };
  if (options.listed) list(options.listed);
  const remembered = new Map<string, { readonly entry: Entry; readonly until: number }>();
  const stopListening = store.onHint((kind, id) => {
    if (kind !== 'setting') return;
    remembered.delete(`instance ${id}`);
    remembered.delete(`application ${id}`);
  });

  async function find(kind: SettingKind, id: string): Promise<Entry | undefined> {
    const name = `${kind} ${id}`;
    const known = kind === 'application' ? applications.get(id) : instances.has(id) ? {} : undefined;
    if (known) return known;
    const before = remembered.get(name);
    if (before && before.until > clock.monotonic()) return before.entry;
    remembered.delete(name);
    const stored = await store.setting(kind, id);
    let entry = stored && (JSON.parse(stored.body) as Entry);
    if (entry === undefined && autoCreate === 'all') {
      // `changed`: another call has just created it.
      await store.putSetting(kind, id, 0, '{}');
      entry = {};
    }
    if (entry === undefined) return undefined;
    for (const oldest of remembered.keys()) {
      if (remembered.size < MAX_REMEMBERED) break;
      remembered.delete(oldest);
    }
    remembered.set(name, { entry, until: clock.monotonic() + BELIEVED_MS });
    return entry;
  }

  const toApplication = (arn: string, entry: Entry | undefined): Application => ({
    arn,
    genericText: entry?.genericText ?? GENERIC_TEXT,
    attachmentText: entry?.attachmentText ?? ATTACHMENT_TEXT,
    title: entry?.title,
    ttlMs: entry?.ttlMs ?? DEFAULT_CONTACT_SETTINGS.ttlMs,
  });

  return {
    list,
    configured: (arn) => applications.get(arn),
    instance: async (id) => {
      if (!(await find('instance', id)))
        throw new ServiceError('ResourceNotFoundException', 'The instance does not exist.');
    },
    application: async (arn) => {
      const entry = await find('application', arn);
      if (!entry)
        throw new ServiceError(
          'ResourceNotFoundException',
          'The application does not exist, or is not associated with the instance.',
        );
      return toApplication(arn, entry);
    },
    rules: async (arn) => toApplication(arn, await find('application', arn)),
    createsContacts: autoCreate !== 'none',
    close: stopListening,
  };
}
