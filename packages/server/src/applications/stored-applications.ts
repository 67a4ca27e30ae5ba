// The applications in the store: read, listed and changed one document at a time; each change applies to the
// version it was made from.
import type { Store } from '../store/store.ts';
import { changeSetting, everySetting } from './change-setting.ts';
import { parseApplication, serialiseApplication } from './document.ts';
import type { ApplicationDocument } from './document.ts';

export interface StoredApplication {
  readonly arn: string;
  /** JSON text of the document. */
  readonly body: string;
}

/** A change as a pure function. Undefined in: the application does not exist. Undefined out: it is removed. */
export type ApplicationRule = (document: ApplicationDocument | undefined) => ApplicationDocument | undefined;

export interface StoredApplications {
  /** The current state in the store. */
  read(arn: string): Promise<ApplicationDocument | undefined>;
  /** By ARN, after `after`. */
  list(
    limit: number,
    after?: string,
  ): Promise<{ readonly items: readonly StoredApplication[]; readonly next?: string }>;
  /** All of them, page by page. */
  all(): AsyncIterable<StoredApplication>;
  /** Applies a rule, again if another change came first; an error of the rule is thrown. Returns the new document. */
  change(arn: string, rule: ApplicationRule): Promise<ApplicationDocument | undefined>;
}

export function createStoredApplications(store: Store): StoredApplications {
  const stored: StoredApplications = {
    async read(arn) {
      const setting = await store.setting('application', arn);
      return setting && parseApplication(setting.body);
    },
    async list(limit, after) {
      const page = await store.settings('application', {
        limit,
        ...(after !== undefined && { next: after }),
      });
      return {
        items: page.items.map(({ id, body }) => ({ arn: id, body })),
        ...(page.next !== undefined && { next: page.next }),
      };
    },
    async *all() {
      for await (const { id, body } of everySetting(store, 'application')) yield { arn: id, body };
    },
    async change(arn, rule) {
      const body = await changeSetting(store, 'application', arn, (before) => {
        const after = rule(before === undefined ? undefined : parseApplication(before));
        return after && serialiseApplication(after);
      });
      return body === undefined ? undefined : parseApplication(body);
    },
  };
  return stored;
}
