// The effects of a settings reload: a log line, and one of the audit log, which is reopened as `logrotate` expects.
import type { Logger } from 'pino';
import type { OpenAudit } from '../audit/open-audit.ts';
import type { ReloadResult } from '../reload/reload.ts';

export const createReloadReports =
  ({ log, audit }: { readonly log: Logger; readonly audit: OpenAudit }) =>
  (result: ReloadResult): void => {
    audit.reopen();
    if ('error' in result) {
      audit.note({ operation: 'ReloadSettings', result: 'refused' });
      log.error(
        { reason: result.error.message },
        'the settings were not reloaded; the previous ones stay in use',
      );
      return;
    }
    const { changed } = result;
    if (changed.length > 0) audit.note({ operation: 'ReloadSettings', result: 'ok', changed });
    log.info({ changed }, 'the settings were reloaded');
  };
