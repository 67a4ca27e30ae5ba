// Applications, tags, texts and associations over the API, by Amazon's own SDKs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateIntegrationAssociationCommand,
  CreatePushNotificationRegistrationCommand,
  DeleteIntegrationAssociationCommand,
  DuplicateResourceException,
  InvalidRequestException,
  ListIntegrationAssociationsCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-connect';
import {
  BadRequestException,
  CreateAppCommand,
  DeleteAppCommand,
  GetAppCommand,
  GetApplicationSettingsCommand,
  GetAppsCommand,
  ListTagsForResourceCommand,
  NotFoundException,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateApplicationSettingsCommand,
} from '@aws-sdk/client-pinpoint';
import { startProduction } from './production.ts';
import type { Production } from './production.ts';

const IN_FILE = 'arn:aws:mobiletargeting:eu-central-1:123456789012:apps/in-the-file';
const withFile = {
  settings: { applications: [{ arn: IN_FILE, channels: { GCM: { gateway: 'emulated' } } }] },
};

async function createApp({ pinpoint }: Production, name: string, tags?: Record<string, string>) {
  const { ApplicationResponse } = await pinpoint.send(
    new CreateAppCommand({ CreateApplicationRequest: { Name: name, ...(tags && { tags }) } }),
  );
  return ApplicationResponse as { Id: string; Arn: string; Name: string; tags?: Record<string, string> };
}

test('an application is created, read, listed in pages, and removed', async () => {
  await using production = await startProduction(withFile);
  const { pinpoint } = production;
  const made = [];
  for (let index = 0; index < 5; index++) made.push(await createApp(production, `app ${index}`));
  assert.match(made[0]!.Arn, /^arn:aws:mobiletargeting:eu-central-1:000000000000:apps\/[0-9a-f]{32}$/);
  const { ApplicationResponse: read } = await pinpoint.send(
    new GetAppCommand({ ApplicationId: made[0]!.Id }),
  );
  assert.deepEqual([read?.Name, read?.Arn, typeof read?.CreationDate], ['app 0', made[0]!.Arn, 'string']);

  const listed: string[] = [];
  let pages = 0;
  for (let Token: string | undefined, first = true; first || Token !== undefined; first = false) {
    const { ApplicationsResponse } = await pinpoint.send(new GetAppsCommand({ PageSize: '2', Token }));
    listed.push(...ApplicationsResponse!.Item!.map(({ Arn }) => Arn!));
    Token = ApplicationsResponse!.NextToken;
    assert.ok(++pages < 10);
  }
  assert.deepEqual(listed.toSorted(), [IN_FILE, ...made.map(({ Arn }) => Arn)].toSorted());

  const { ApplicationResponse: gone } = await pinpoint.send(
    new DeleteAppCommand({ ApplicationId: made[0]!.Id }),
  );
  assert.equal(gone?.Name, 'app 0');
  await assert.rejects(pinpoint.send(new GetAppCommand({ ApplicationId: made[0]!.Id })), NotFoundException);
  await assert.rejects(
    pinpoint.send(new DeleteAppCommand({ ApplicationId: made[0]!.Id })),
    NotFoundException,
  );
});

test('an application of the settings file is read-only', async () => {
  await using production = await startProduction(withFile);
  const { pinpoint } = production;
  const { ApplicationResponse } = await pinpoint.send(new GetAppCommand({ ApplicationId: 'in-the-file' }));
  assert.equal(ApplicationResponse?.Arn, IN_FILE);
  for (const command of [
    new DeleteAppCommand({ ApplicationId: 'in-the-file' }),
    new TagResourceCommand({ ResourceArn: IN_FILE, TagsModel: { tags: { a: 'b' } } }),
  ])
    await assert.rejects(
      pinpoint.send(command as DeleteAppCommand),
      (error) => error instanceof BadRequestException && /read-only/.test(error.message),
    );
});

test('tags are added, changed and removed', async () => {
  await using production = await startProduction();
  const { pinpoint } = production;
  const { Arn } = await createApp(production, 'tagged', { team: 'chat' });
  await pinpoint.send(
    new TagResourceCommand({ ResourceArn: Arn, TagsModel: { tags: { env: 'test', team: 'push' } } }),
  );
  const tags = async () =>
    (await pinpoint.send(new ListTagsForResourceCommand({ ResourceArn: Arn }))).TagsModel?.tags;
  assert.deepEqual(await tags(), { team: 'push', env: 'test' });
  await pinpoint.send(new UntagResourceCommand({ ResourceArn: Arn, TagKeys: ['team', 'none'] }));
  assert.deepEqual(await tags(), { env: 'test' });
  await assert.rejects(
    pinpoint.send(new ListTagsForResourceCommand({ ResourceArn: 'arn:aws:s3:::bucket' })),
    BadRequestException,
  );
});

test('unsupported settings are refused, not dropped', async () => {
  await using production = await startProduction();
  const { pinpoint } = production;
  const { Id } = await createApp(production, 'plain');
  const { ApplicationSettingsResource } = await pinpoint.send(
    new GetApplicationSettingsCommand({ ApplicationId: Id }),
  );
  assert.equal(ApplicationSettingsResource?.ApplicationId, Id);
  await pinpoint.send(
    new UpdateApplicationSettingsCommand({
      ApplicationId: Id,
      WriteApplicationSettingsRequest: { CloudWatchMetricsEnabled: false },
    }),
  );
  await assert.rejects(
    pinpoint.send(
      new UpdateApplicationSettingsCommand({
        ApplicationId: Id,
        WriteApplicationSettingsRequest: { QuietTime: { Start: '22:00', End: '06:00' } },
      }),
    ),
    (error) => error instanceof BadRequestException && /campaigns/.test(error.message),
  );
});

test('an associated instance accepts registrations of its application only', async () => {
  await using production = await startProduction();
  const { connect } = production;
  const [its, other] = [await createApp(production, 'its'), await createApp(production, 'other')];
  const register = (InstanceId: string, PinpointAppArn: string) =>
    connect.send(
      new CreatePushNotificationRegistrationCommand({
        InstanceId,
        PinpointAppArn,
        DeviceToken: 'a-token',
        DeviceType: 'GCM',
        ContactConfiguration: { ContactId: 'a' },
      }),
    );
  const associate = (IntegrationArn: string, IntegrationType: 'PINPOINT_APP' | 'EVENT' = 'PINPOINT_APP') =>
    connect.send(
      new CreateIntegrationAssociationCommand({ InstanceId: 'one', IntegrationType, IntegrationArn }),
    );
  await register('one', other.Arn);
  const made = await associate(its.Arn);
  assert.match(made.IntegrationAssociationArn!, /:instance\/one\/integration-association\//);
  await register('one', its.Arn);
  await assert.rejects(register('one', other.Arn), ResourceNotFoundException);
  await register('two', other.Arn);
  await assert.rejects(associate(other.Arn), DuplicateResourceException);
  await assert.rejects(associate(its.Arn, 'EVENT'), InvalidRequestException);
  await assert.rejects(associate(`${its.Arn}0`), ResourceNotFoundException);

  const { IntegrationAssociationSummaryList: listed } = await connect.send(
    new ListIntegrationAssociationsCommand({ InstanceId: 'one', IntegrationType: 'PINPOINT_APP' }),
  );
  assert.deepEqual(
    listed?.map(({ IntegrationAssociationId, IntegrationArn }) => [IntegrationAssociationId, IntegrationArn]),
    [[made.IntegrationAssociationId, its.Arn]],
  );
  const end = (IntegrationAssociationId: string) =>
    connect.send(new DeleteIntegrationAssociationCommand({ InstanceId: 'one', IntegrationAssociationId }));
  await assert.rejects(end('another'), ResourceNotFoundException);
  await end(made.IntegrationAssociationId!);
  await register('one', other.Arn);
  await assert.rejects(end(made.IntegrationAssociationId!), ResourceNotFoundException);
});
