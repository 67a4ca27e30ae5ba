// The same operations by unmodified boto3, which identifies errors by name only and parses answers by its own model.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCOUNT, PEM } from '../config/keys.ts';
import { findPython } from '../aws/python.ts';
import { TENANT, startProduction } from './production.ts';
import type { ProductionOptions } from './production.ts';

const python = await findPython();
const skip = 'missing' in python && python.missing;

const BEGIN = `
import boto3, json, os, random, time
from botocore.config import Config
config = Config(retries={'max_attempts': 1})
pinpoint = boto3.client('pinpoint', config=config)
connect = boto3.client('connect', config=config)
e = pinpoint.exceptions
def refused(error, call, **how):
    try: call(**how)
    except error as caught:
        assert caught.response['Error']['Message'], caught.response
        assert caught.response['RequestID'], caught.response
        return caught.response['Error']['Message']
    raise AssertionError(f'not refused: {call} {how}')
`;

const OPERATIONS = `
app = pinpoint.create_app(CreateApplicationRequest={'Name': 'by boto3', 'tags': {'a': 'b'}})['ApplicationResponse']
id, arn = app['Id'], app['Arn']
assert pinpoint.get_app(ApplicationId=id)['ApplicationResponse'] == app
assert [one['Id'] for one in pinpoint.get_apps()['ApplicationsResponse']['Item']] == [id]
key = {'BundleId': 'com.example.chat', 'TeamId': 'ABCDE12345', 'TokenKeyId': 'KEY1234567', 'TokenKey': os.environ['P8']}
made = pinpoint.update_apns_channel(ApplicationId=id, APNSChannelRequest=key)['APNSChannelResponse']
assert made['HasTokenKey'] and made['Enabled'] and made['Version'] == 1, made
assert pinpoint.get_apns_channel(ApplicationId=id)['APNSChannelResponse'] == made
sandbox = pinpoint.update_apns_sandbox_channel(ApplicationId=id, APNSSandboxChannelRequest=key)
assert sandbox['APNSSandboxChannelResponse']['Platform'] == 'APNS_SANDBOX'
assert sorted(pinpoint.get_channels(ApplicationId=id)['ChannelsResponse']['Channels']) == ['APNS', 'APNS_SANDBOX']
for wrong, says in [({'TokenKey': os.environ['P8'][:100]}, 'TokenKey'), ({'TokenKeyId': 'SHORT'}, 'TokenKeyId'), ({'TeamId': 'ABCDE123456'}, 'TeamId')]:
    assert says in refused(e.BadRequestException, pinpoint.update_apns_channel, ApplicationId=id, APNSChannelRequest={**key, **wrong})
assert 'RSA' in refused(e.BadRequestException, pinpoint.update_apns_channel, ApplicationId=id, APNSChannelRequest={**key, 'TokenKey': os.environ['RSA']})
refused(e.NotFoundException, pinpoint.get_gcm_channel, ApplicationId=id)
account = json.loads(os.environ['ACCOUNT'])
gcm = lambda value: {'ApplicationId': id, 'GCMChannelRequest': {'ServiceJson': json.dumps(value), 'DefaultAuthenticationMethod': 'TOKEN'}}
assert 'client_email' in refused(e.BadRequestException, pinpoint.update_gcm_channel, **gcm({name: value for name, value in account.items() if name != 'client_email'}))
refused(e.NotFoundException, pinpoint.get_gcm_channel, ApplicationId=id)
assert pinpoint.update_gcm_channel(**gcm(account))['GCMChannelResponse']['HasFcmServiceCredentials']
said = json.dumps(pinpoint.get_gcm_channel(ApplicationId=id)['GCMChannelResponse'])
assert account['private_key'].split('\\n')[1] not in said, said
pinpoint.delete_gcm_channel(ApplicationId=id)
refused(e.NotFoundException, pinpoint.get_gcm_channel, ApplicationId=id)
refused(e.NotFoundException, pinpoint.get_app, ApplicationId='none')
pinpoint.delete_apns_sandbox_channel(ApplicationId=id)
refused(e.NotFoundException, pinpoint.get_apns_sandbox_channel, ApplicationId=id)
pinpoint.tag_resource(ResourceArn=arn, TagsModel={'tags': {'c': 'd e/ü'}})
pinpoint.untag_resource(ResourceArn=arn, TagKeys=['a', 'x'])
assert pinpoint.list_tags_for_resource(ResourceArn=arn)['TagsModel']['tags'] == {'c': 'd e/ü'}
pinpoint.update_application_settings(ApplicationId=id, WriteApplicationSettingsRequest={})
assert pinpoint.get_application_settings(ApplicationId=id)['ApplicationSettingsResource']['ApplicationId'] == id
sent = pinpoint.send_messages(ApplicationId=id, MessageRequest={
    'Addresses': {'ab' * 32: {'ChannelType': 'GCM'}},
    'MessageConfiguration': {'DefaultMessage': {'Body': 'x'}}})['MessageResponse']
assert sent['Result']['ab' * 32]['DeliveryStatus'] == 'PERMANENT_FAILURE', sent
made = connect.create_integration_association(InstanceId='one', IntegrationType='PINPOINT_APP', IntegrationArn=arn)
listed = connect.list_integration_associations(InstanceId='one')['IntegrationAssociationSummaryList']
assert [one['IntegrationArn'] for one in listed] == [arn], listed
try: connect.create_integration_association(InstanceId='one', IntegrationType='PINPOINT_APP', IntegrationArn=arn)
except connect.exceptions.DuplicateResourceException: pass
else: raise AssertionError('associated twice')
connect.delete_integration_association(InstanceId='one', IntegrationAssociationId=made['IntegrationAssociationId'])

tenant = boto3.client('pinpoint', config=config, aws_access_key_id=os.environ['TENANT'], aws_secret_access_key=os.environ['TENANT_SECRET'])
assert 'mobiletargeting:GetApp' in refused(e.ForbiddenException, tenant.get_app, ApplicationId=id)
refused(e.PayloadTooLargeException, pinpoint.create_app, CreateApplicationRequest={'Name': 'large', 'tags': {'a': 'x' * 100_000}})
# No operation has a method that its path does not take, so one is changed before it is signed.
pinpoint.meta.events.register('before-call.pinpoint.GetApps', lambda params, **_: params.update(method='PATCH'))
refused(e.MethodNotAllowedException, pinpoint.get_apps)
pinpoint.delete_apns_channel(ApplicationId=id)
assert pinpoint.delete_app(ApplicationId=id)['ApplicationResponse']['Id'] == id
`;

const FULL = `
tags = {f'tag {n}': 'x' * 200 for n in range(50)}
def fill():
    for _ in range(200): fill.id = pinpoint.create_app(CreateApplicationRequest={'Name': 'large', 'tags': tags})['ApplicationResponse']['Id']
refused(e.InternalServerErrorException, fill)
pinpoint.get_app(ApplicationId=fill.id)
`;

const THROTTLED = `
arn = pinpoint.create_app(CreateApplicationRequest={'Name': 'support'})['ApplicationResponse']['Arn']
def crowd():
    for n in range(50): pinpoint.create_app(CreateApplicationRequest={'Name': f'{n}'})
refused(e.TooManyRequestsException, crowd)
# botocore waits for a random part of 1, 2, 4 and 8 seconds. In one call of 2,500 all four together were shorter than a second.
random.random = lambda: 0.75
patient = boto3.client('connect')
begun = time.monotonic()
for n in range(12):
    patient.create_push_notification_registration(InstanceId='one', PinpointAppArn=arn, DeviceToken=f'token-{n}', DeviceType='GCM', ContactConfiguration={'ContactId': f'contact-{n}'})
took = time.monotonic() - begun
assert took > 10, f'12 creates took {took} s, so none was throttled'
`;

async function run(program: string, options: ProductionOptions = {}): Promise<void> {
  assert.ok(!('missing' in python));
  await using production = await startProduction(options);
  const { code, stdout, stderr } = await python.run(`${BEGIN}${program}\nprint('all of it')`, {
    ...production.variables,
    P8: PEM.p8,
    RSA: PEM.rsa,
    ACCOUNT: JSON.stringify(ACCOUNT),
    TENANT: TENANT.accessKeyId,
    TENANT_SECRET: TENANT.secretAccessKey,
  });
  assert.deepEqual([code, stdout.trim(), stderr], [0, 'all of it', '']);
}

test('every operation, and every error by its name', { skip }, () => run(OPERATIONS));

test('a full store is InternalServerErrorException, and reads still work', { skip }, () =>
  run(FULL, { sqliteMaxBytes: 500 * 1_024 }),
);

test(
  'at one request a second twelve creates all succeed with the retries that it has by itself',
  { skip },
  () => run(THROTTLED, { settings: { limits: { requestsPerSecond: 1, burst: 1 } } }),
);
