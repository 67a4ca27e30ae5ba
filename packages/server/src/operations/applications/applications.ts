// Applications: create, read, list and remove.
import { randomBytes } from 'node:crypto';
import type { Input, Output } from '@chatpush/wire';
import { parseApplication } from '../../applications/document.ts';
import type { OperationDependencies } from '../dependencies.ts';
import type { Call } from '../handlers.ts';
import {
  applicationArnOf,
  applicationOutput,
  findApplication,
  isoTime,
  refuseConfigured,
} from './application.ts';
import type { ApplicationDependencies, Found } from './application.ts';

const DEFAULT_PAGE = 100;

export async function createApp(
  dependencies: ApplicationDependencies,
  { Name, tags = {} }: Input<'CreateApp'>,
  { region }: Call,
): Promise<Output<'CreateApp'>> {
  const { stored, account, clock } = dependencies;
  const arn = `arn:aws:mobiletargeting:${region}:${account()}:apps/${randomBytes(16).toString('hex')}`;
  const now = clock.now();
  const document = { name: Name, createdAt: now, modifiedAt: now, tags, channels: {} };
  await stored.change(arn, () => document);
  return applicationOutput({ arn, document });
}

export async function getApp(
  dependencies: ApplicationDependencies,
  { ApplicationId }: Input<'GetApp'>,
  { region }: Call,
): Promise<Output<'GetApp'>> {
  return applicationOutput(
    await findApplication(dependencies, applicationArnOf(dependencies, ApplicationId, region)),
  );
}

/** First those of the settings file, then the stored ones by ARN; only those that the caller's key may use. */
export async function getApps(
  { stored, configured, pageTokens }: ApplicationDependencies & Pick<OperationDependencies, 'pageTokens'>,
  { PageSize = DEFAULT_PAGE, Token }: Input<'GetApps'>,
  { caller }: Call,
): Promise<Output<'GetApps'>> {
  const scope = { list: 'applications', instanceId: '', contactId: caller.accessKeyId } as const;
  const after = pageTokens.open(scope, Token);
  const isVisible = ({ arn }: { readonly arn: string }): boolean =>
    caller.applications === 'all' || caller.applications.has(arn);
  const items: Found[] = [];
  const inFile = configured();
  let from = after?.startsWith('configured ') ? Number(after.slice('configured '.length)) : 0;
  if (after === undefined || after.startsWith('configured '))
    for (; from < inFile.length && items.length < PageSize; from++)
      if (isVisible(inFile[from]!)) items.push({ arn: inFile[from]!.arn, configured: inFile[from]! });
  let next: string | undefined = items.length === PageSize ? `configured ${from}` : undefined;
  const names = new Set(inFile.map(({ arn }) => arn));
  for (
    let position = after?.startsWith('stored ') ? after.slice('stored '.length) : undefined;
    items.length < PageSize;
  ) {
    const page = await stored.list(PageSize - items.length, position);
    for (const { arn, body } of page.items)
      if (isVisible({ arn }) && !names.has(arn)) items.push({ arn, document: parseApplication(body) });
    position = page.next;
    next = position === undefined ? undefined : `stored ${position}`;
    if (position === undefined) break;
  }
  return {
    Item: items.map(applicationOutput),
    ...(next !== undefined && { NextToken: pageTokens.seal(scope, next) }),
  };
}

export async function deleteApp(
  dependencies: ApplicationDependencies,
  { ApplicationId }: Input<'DeleteApp'>,
  { region }: Call,
): Promise<Output<'DeleteApp'>> {
  const arn = applicationArnOf(dependencies, ApplicationId, region);
  refuseConfigured(dependencies, arn);
  const found = await findApplication(dependencies, arn);
  await dependencies.stored.change(arn, () => undefined);
  return applicationOutput(found);
}

/** There is nothing to set, but clients such as Terraform's provider read it. */
export async function getApplicationSettings(
  dependencies: ApplicationDependencies,
  { ApplicationId }: Input<'GetApplicationSettings'>,
  { region }: Call,
): Promise<Output<'GetApplicationSettings'>> {
  const arn = applicationArnOf(dependencies, ApplicationId, region);
  const found = await findApplication(dependencies, arn);
  const { Id } = applicationOutput(found);
  return {
    ApplicationId: Id,
    LastModifiedDate: isoTime('document' in found ? (found.document.modifiedAt ?? 0) : 0),
  };
}
