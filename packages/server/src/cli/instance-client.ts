// For commands that ask the running service about an instance, with an access key of the settings.
import { createClient } from '@chatpush/client';
import type { ChatpushClient } from '@chatpush/client';
import { allows, permissionsOf } from '../auth/permissions.ts';
import { baseUrlFromHere } from '../addresses/base-url.ts';
import type { Config } from '../config/config.ts';

export interface InstanceClient {
  readonly client: ChatpushClient;
  readonly instanceId: string;
}

/**
 * The named instance, or the only one of the settings, and a client with the first key that may perform `action`
 * there. A text: the error for a command line without an instance; `example` is that command line.
 */
export function instanceClient(
  config: Config,
  options: { readonly instance?: string | undefined; readonly endpoint?: string | undefined },
  action: string,
  example: string,
): InstanceClient | string {
  const { instances } = config;
  const instanceId = options.instance ?? (instances.length === 1 ? instances[0] : undefined);
  if (instanceId === undefined) {
    const why =
      instances.length === 0
        ? 'The settings have no instance, so there is no default.'
        : `The settings name ${instances.length} instances.`;
    return (
      `Which instance? ${why} Add --instance and the id that your calls pass as InstanceId, such as\n` +
      `  ${example} --instance ${instances[0] ?? 'support'}\n\n`
    );
  }
  const key = config.accessKeys.find((one) => allows(permissionsOf(one), action, instanceId));
  if (!key) throw new Error(`No access key of the settings may do ${action} on instance ${instanceId}.`);
  const client = createClient({
    region: config.regions === 'any' ? 'us-east-1' : (config.regions[0] ?? 'us-east-1'),
    endpoint: options.endpoint ?? baseUrlFromHere(config.host, config.port),
    credentials: { accessKeyId: key.id, secretAccessKey: key.secret.reveal() },
  });
  return { client, instanceId };
}
