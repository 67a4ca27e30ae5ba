// The calls that Terraform's provider makes for aws_pinpoint_app, aws_pinpoint_apns_channel and aws_pinpoint_gcm_channel, in its order
// (internal/service/pinpoint of terraform-provider-aws): create, refresh without a difference, update, destroy.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateAppCommand,
  DeleteApnsChannelCommand,
  DeleteAppCommand,
  DeleteGcmChannelCommand,
  GetApnsChannelCommand,
  GetAppCommand,
  GetApplicationSettingsCommand,
  GetGcmChannelCommand,
  ListTagsForResourceCommand,
  NotFoundException,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateApnsChannelCommand,
  UpdateApplicationSettingsCommand,
  UpdateGcmChannelCommand,
} from '@aws-sdk/client-pinpoint';
import { ACCOUNT, PEM } from '../config/keys.ts';
import { startProduction } from './production.ts';

test('create, refresh without a difference, update, destroy', async () => {
  await using production = await startProduction();
  const { pinpoint } = production;
  const { ApplicationResponse: app } = await pinpoint.send(
    new CreateAppCommand({
      CreateApplicationRequest: { Name: 'from-terraform', tags: { managed: 'terraform' } },
    }),
  );
  const ApplicationId = app!.Id!;
  await pinpoint.send(
    new UpdateApplicationSettingsCommand({ ApplicationId, WriteApplicationSettingsRequest: {} }),
  );
  const apns = {
    BundleId: 'com.example.chat',
    DefaultAuthenticationMethod: 'KEY',
    Enabled: true,
    TeamId: 'ABCDE12345',
    TokenKeyId: 'KEY1234567',
    TokenKey: PEM.p8,
  };
  await pinpoint.send(new UpdateApnsChannelCommand({ ApplicationId, APNSChannelRequest: apns }));
  const gcm = { ServiceJson: JSON.stringify(ACCOUNT), DefaultAuthenticationMethod: 'TOKEN', Enabled: true };
  await pinpoint.send(new UpdateGcmChannelCommand({ ApplicationId, GCMChannelRequest: gcm }));

  /** What a refresh reads, and keeps in the state. */
  const refresh = async () => {
    const { ApplicationResponse } = await pinpoint.send(new GetAppCommand({ ApplicationId }));
    const { ApplicationSettingsResource } = await pinpoint.send(
      new GetApplicationSettingsCommand({ ApplicationId }),
    );
    const { TagsModel } = await pinpoint.send(
      new ListTagsForResourceCommand({ ResourceArn: ApplicationResponse!.Arn }),
    );
    const { APNSChannelResponse } = await pinpoint.send(new GetApnsChannelCommand({ ApplicationId }));
    const { GCMChannelResponse } = await pinpoint.send(new GetGcmChannelCommand({ ApplicationId }));
    return {
      name: ApplicationResponse!.Name,
      arn: ApplicationResponse!.Arn,
      settings: [ApplicationSettingsResource!.Limits, ApplicationSettingsResource!.QuietTime],
      tags: TagsModel!.tags,
      apns: [APNSChannelResponse!.Enabled, APNSChannelResponse!.DefaultAuthenticationMethod],
      gcm: [GCMChannelResponse!.Enabled, GCMChannelResponse!.DefaultAuthenticationMethod],
    };
  };
  const first = await refresh();
  assert.deepEqual(first, {
    name: 'from-terraform',
    arn: app!.Arn,
    settings: [undefined, undefined],
    tags: { managed: 'terraform' },
    apns: [true, 'KEY'],
    gcm: [true, 'TOKEN'],
  });
  assert.deepEqual(await refresh(), first);

  await pinpoint.send(
    new UpdateApnsChannelCommand({ ApplicationId, APNSChannelRequest: { ...apns, Enabled: false } }),
  );
  await pinpoint.send(new UntagResourceCommand({ ResourceArn: app!.Arn, TagKeys: ['managed'] }));
  await pinpoint.send(
    new TagResourceCommand({ ResourceArn: app!.Arn, TagsModel: { tags: { team: 'chat' } } }),
  );
  assert.deepEqual(await refresh(), { ...first, tags: { team: 'chat' }, apns: [false, 'KEY'] });

  await pinpoint.send(new DeleteApnsChannelCommand({ ApplicationId }));
  await pinpoint.send(new DeleteGcmChannelCommand({ ApplicationId }));
  await pinpoint.send(new DeleteAppCommand({ ApplicationId }));
  await assert.rejects(pinpoint.send(new GetAppCommand({ ApplicationId })), NotFoundException);
});
