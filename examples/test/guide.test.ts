// The settings and policies in the Amazon Connect guide are valid.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readConfig } from 'chatpush';

let blocks: Record<string, unknown>[];
before(async () => {
  const page = await readFile(
    fileURLToPath(new URL('../../docs/guides/amazon-connect.md', import.meta.url)),
    'utf8',
  );
  blocks = [...page.matchAll(/^```json\n(.*?)^```$/gms)].map(
    (match) => JSON.parse(match[1]!) as Record<string, unknown>,
  );
});
const blockWith = (member: string) => blocks.find((block) => member in block)!;

test('the settings are valid', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'chatpush-guide-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'settings.json');
  await writeFile(file, JSON.stringify(blockWith('sources')));
  const config = readConfig({ CHATPUSH_CONFIG: file, LAMBDA_SECRET: 'secret' });
  assert.equal(config.sources.sns[0]!.topicArn, 'arn:aws:sns:eu-central-1:123456789012:chat');
  assert.deepEqual(config.sources.sns[0]!.instances, config.instances);
});

test('the delivery policy stays within the 3,600 seconds that SNS allows, and uses more than half of them', () => {
  const policy = blockWith('healthyRetryPolicy')['healthyRetryPolicy'] as Record<string, number>;
  const of = (name: string): number => policy[name]!;
  const backoffs =
    of('numRetries') - of('numNoDelayRetries') - of('numMinDelayRetries') - of('numMaxDelayRetries');
  assert.ok(backoffs > 0);
  const most =
    of('numMinDelayRetries') * of('minDelayTarget') +
    (backoffs + of('numMaxDelayRetries')) * of('maxDelayTarget');
  assert.ok(most <= 3_600 && most > 1_800, `${most} seconds at most`);
});

test('the policy lets one instance publish to the topic of the settings', () => {
  const [statement, ...others] = blockWith('Statement')['Statement'] as Record<string, unknown>[];
  assert.equal(others.length, 0);
  assert.deepEqual(statement!['Principal'], { Service: 'connect.amazonaws.com' });
  assert.equal(statement!['Action'], 'sns:Publish');
});
