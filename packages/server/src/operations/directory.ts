// Which instances and applications exist: those of the settings file, those in the store, and in development every
// one that a call names.
//
// Almost every call asks for both, so an answer is cached for a while; a hint of the store ends that early, and
// hints may be lost. Only existing names are cached: an unknown name costs one read of the store each time.
import { associationIn } from '../applications/associations.ts';
import type { Association } from '../applications/associations.ts';
import type { LiveApplication } from '../applications/live-application.ts';
import type { LiveApplications } from '../applications/live-applications.ts';
import type { Clock } from '../clock.ts';
import { ATTACHMENT_TEXT, GENERIC_TEXT } from '../contact/content.ts';
import type { NotificationRules } from '../contact/content.ts';
import { DEFAULT_CONTACT_SETTINGS } from '../contact/settings.ts';
import { ServiceError } from '../service-error.ts';
import type { Store } from '../store/store.ts';

/** `all`: instances and applications are created by the first call that names them. */
export type AutoCreate = 'all' | 'contacts' | 'none';

/** What the settings file lists. */
export interface Listed {
  readonly instances: readonly string[];
  readonly applications: readonly LiveApplication[];
}

export interface Directory {
  /** Replaces the list. */
  list(listed: Listed): void;
  /** What is known of an application at this moment, from the file or the store; undefined: nobody set it up. */
  readonly configured: (arn: string) => LiveApplication | undefined;
  /** Throws or rejects with ResourceNotFoundException. Undefined: the instance is cached. */
  instance(id: string): Promise<void> | undefined;
  /**
   * Throws or rejects with ResourceNotFoundException, also if `instanceId` names an instance that is associated with
   * another application. Undefined: both are cached. The ARN must be well formed (`isApplicationArn`).
   */
  application(arn: string, instanceId?: string): Promise<void> | undefined;
  /** The rules of an application, or the defaults if it was removed after a device registered with it. */
  readonly rules: (arn: string) => Promise<NotificationRules>;
  /** Whether a registration may create a contact that was not started here. */
  readonly createsContacts: boolean;
  close(): void;
}

export const APPLICATION_ARN = '^arn:[\\w-]+:mobiletargeting:[\\w-]*:[\\w-]*:apps\\/[\\w.~-]+$';
const PATTERN = new RegExp(APPLICATION_ARN);

export const isApplicationArn = (arn: string): boolean => PATTERN.test(arn);

/** How long an answer is cached if no hint arrives. */
const BELIEVED_MS = 10_000;
const MAX_REMEMBERED = 10_000;

/** What is cached of an instance. */
interface Instance {
  readonly association: Association | undefined;
}

const USUAL: NotificationRules = {
  genericText: GENERIC_TEXT,
  attachmentText: ATTACHMENT_TEXT,
  ttlMs: DEFAULT_CONTACT_SETTINGS.ttlMs,
};

async function checkInstance(instance: Promise<Instance | undefined>): Promise<void> {
  if ((await instance) === undefined)
    throw new ServiceError('ResourceNotFoundException', 'The instance does not exist.');
}

const unknownApplication = () =>
  new ServiceError(
    'ResourceNotFoundException',
    'The application does not exist, or is not associated with the instance.',
  );

function checkAssociation(arn: string, instance: Instance | undefined): void {
  const association = instance?.association;
  if (association !== undefined && association.applicationArn !== arn) throw unknownApplication();
}

export function createDirectory(options: {
  readonly store: Store;
  readonly clock: Clock;
  readonly autoCreate: AutoCreate;
  /** Those in the store. */
  readonly live: Pick<LiveApplications, 'current' | 'find' | 'load'>;
  readonly listed?: Listed;
}): Directory {
  const { store, clock, autoCreate, live } = options;
  let instances: ReadonlySet<string> = new Set();
  let applications: ReadonlyMap<string, LiveApplication> = new Map();
  const list = (listed: Listed): void => {
    instances = new Set(listed.instances);
    applications = new Map(listed.applications.map((one) => [one.arn, one]));
  };
  if (options.listed) list(options.listed);
  const remembered = new Map<string, { readonly instance: Instance; readonly until: number }>();
  const stopListening = store.onHint((kind, id) => {
    if (kind === 'setting') remembered.delete(id);
  });

  function findInstance(id: string): Instance | Promise<Instance | undefined> {
    const before = remembered.get(id);
    return before && before.until > clock.monotonic() ? before.instance : readInstance(id);
  }

  async function readInstance(id: string): Promise<Instance | undefined> {
    remembered.delete(id);
    const stored = await store.setting('instance', id);
    if (stored === undefined && !instances.has(id)) {
      if (autoCreate !== 'all') return undefined;
      // `changed`: another call has just created it.
      await store.putSetting('instance', id, 0, '{}');
    }
    const instance = { association: stored && associationIn(stored.body) };
    for (const oldest of remembered.keys()) {
      if (remembered.size < MAX_REMEMBERED) break;
      remembered.delete(oldest);
    }
    remembered.set(id, { instance, until: clock.monotonic() + BELIEVED_MS });
    return instance;
  }

  const configured = (arn: string): LiveApplication | undefined => applications.get(arn) ?? live.find(arn);

  function knownApplication(arn: string): LiveApplication | undefined {
    const known = applications.get(arn) ?? live.current(arn);
    return known instanceof Promise ? undefined : known;
  }

  /** An unknown application costs one read of the store each time. */
  async function findApplication(arn: string): Promise<LiveApplication | undefined> {
    const known = applications.get(arn) ?? (await live.current(arn)) ?? (await live.load(arn));
    if (known !== undefined || autoCreate !== 'all') return known;
    await store.putSetting('application', arn, 0, '{}');
    return live.load(arn);
  }

  async function checkApplication(
    arn: string,
    instance: Instance | undefined | Promise<Instance | undefined>,
  ): Promise<void> {
    checkAssociation(arn, await instance);
    if (!(await findApplication(arn))) throw unknownApplication();
  }

  return {
    list,
    configured,
    instance: (id) => {
      const instance = findInstance(id);
      return instance instanceof Promise ? checkInstance(instance) : undefined;
    },
    application: (arn, instanceId) => {
      const instance = instanceId === undefined ? undefined : findInstance(instanceId);
      if (instance instanceof Promise || !knownApplication(arn)) return checkApplication(arn, instance);
      checkAssociation(arn, instance);
      return undefined;
    },
    rules: async (arn) => (await findApplication(arn)) ?? USUAL,
    createsContacts: autoCreate !== 'none',
    close: stopListening,
  };
}
