// One application as calls name it: found in the settings file or in the store, and changeable only if it is in the
// store.
import type { Output } from '@chatpush/wire';
import type { ApplicationDocument } from '../../applications/document.ts';
import type { StoredApplications } from '../../applications/stored-applications.ts';
import type { Clock } from '../../clock.ts';
import type { ApplicationConfig } from '../../config/config.ts';
import type { Sealing } from '../../secrets/sealing.ts';
import { ServiceError } from '../../service-error.ts';

export interface ApplicationDependencies {
  readonly stored: StoredApplications;
  /** The applications of the settings file as last read. */
  readonly configured: () => readonly ApplicationConfig[];
  /** Undefined: no key is set, so no credential can be stored. */
  readonly sealing: () => Sealing | undefined;
  /** The account in ARNs. */
  readonly account: () => string;
  readonly clock: Pick<Clock, 'now'>;
}

/** The ARN of an application id in a call that was signed for a region. */
export function applicationArnOf(
  { configured, account }: Pick<ApplicationDependencies, 'configured' | 'account'>,
  id: string,
  region: string,
): string {
  if (id.startsWith('arn:')) return id;
  const arn = `arn:aws:mobiletargeting:${region}:${account()}:apps/${id}`;
  // The settings file may use any region and account: backends that move here keep their ARNs.
  const named = configured().filter((application) => application.arn.endsWith(`:apps/${id}`));
  return named.find((application) => application.arn === arn)?.arn ?? named[0]?.arn ?? arn;
}

/** The ARN of the application that a call names, in any form. */
export type ApplicationOf = (
  input: {
    readonly PinpointAppArn?: string;
    readonly IntegrationArn?: string;
    readonly ResourceArn?: string;
    readonly ApplicationId?: string;
  },
  region: string,
) => string | undefined;

export const createApplicationOf =
  (dependencies: Pick<ApplicationDependencies, 'configured' | 'account'>): ApplicationOf =>
  ({ PinpointAppArn, IntegrationArn, ResourceArn, ApplicationId }, region) =>
    PinpointAppArn ??
    IntegrationArn ??
    ResourceArn ??
    (ApplicationId === undefined ? undefined : applicationArnOf(dependencies, ApplicationId, region));

export const applicationIdOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

export type Found =
  | { readonly arn: string; readonly configured: ApplicationConfig }
  | { readonly arn: string; readonly document: ApplicationDocument };

/** Throws NotFoundException. */
export async function findApplication(dependencies: ApplicationDependencies, arn: string): Promise<Found> {
  const configured = dependencies.configured().find((application) => application.arn === arn);
  if (configured) return { arn, configured };
  const document = await dependencies.stored.read(arn);
  if (document === undefined) throw notFound(arn);
  return { arn, document };
}

const notFound = (arn: string): ServiceError =>
  new ServiceError(
    'NotFoundException',
    `There is no application ${applicationIdOf(arn)} here; GetApps lists those that there are.`,
  );

/** Changes a stored application; throws if it does not exist, or is in the settings file. */
export async function changeApplication(
  dependencies: ApplicationDependencies,
  arn: string,
  rule: (document: ApplicationDocument, now: number) => ApplicationDocument,
): Promise<ApplicationDocument> {
  refuseConfigured(dependencies, arn);
  const now = dependencies.clock.now();
  const changed = await dependencies.stored.change(arn, (document) => {
    if (document === undefined) throw notFound(arn);
    return { ...rule(document, now), modifiedAt: now };
  });
  if (changed === undefined) throw notFound(arn);
  return changed;
}

export function refuseConfigured({ configured }: ApplicationDependencies, arn: string): void {
  if (configured().some((application) => application.arn === arn))
    throw new ServiceError(
      'BadRequestException',
      `The application ${applicationIdOf(arn)} is in the settings file and is read-only here; change it in the file, then run "chatpush reload".`,
    );
}

export const isoTime = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString();

/** The form in which every operation returns it. */
export function applicationOutput(found: Found): Output<'GetApp'> {
  const id = applicationIdOf(found.arn);
  if ('configured' in found) return { Arn: found.arn, Id: id, Name: id, tags: {} };
  const { name = id, createdAt, tags = {} } = found.document;
  return { Arn: found.arn, Id: id, Name: name, CreationDate: isoTime(createdAt), tags: { ...tags } };
}
