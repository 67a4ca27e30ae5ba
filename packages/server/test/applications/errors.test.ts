// Pinpoint's general errors, each by its type in Amazon's SDK for JavaScript.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateAppCommand,
  GetAppCommand,
  GetAppsCommand,
  GetEventStreamCommand,
  InternalServerErrorException,
  MethodNotAllowedException,
  PayloadTooLargeException,
  TooManyRequestsException,
} from '@aws-sdk/client-pinpoint';
import { startProduction } from './production.ts';

const create = (Name: string, tags?: Record<string, string>) =>
  new CreateAppCommand({ CreateApplicationRequest: { Name, ...(tags && { tags }) } });

test('a body that is too large is PayloadTooLargeException', async () => {
  await using production = await startProduction();
  await assert.rejects(
    production.pinpoint.send(create('large', { a: 'x'.repeat(100_000) })),
    (error) => error instanceof PayloadTooLargeException && Boolean(error.RequestID),
  );
});

test('an unsupported method is MethodNotAllowedException', async () => {
  await using production = await startProduction();
  const command = new GetAppsCommand({});
  // No operation of the SDK uses such a method, so the test changes one before it is signed.
  command.middlewareStack.add(
    (next) => (args) => {
      (args.request as { method: string }).method = 'PATCH';
      return next(args);
    },
    { step: 'build' },
  );
  await assert.rejects(
    production.pinpoint.send(command),
    (error) =>
      error instanceof MethodNotAllowedException &&
      Boolean(error.RequestID) &&
      error.$metadata.httpStatusCode === 405,
  );
});

test('an unsupported Pinpoint operation is refused with the names of the supported ones', async () => {
  await using production = await startProduction();
  await assert.rejects(
    production.pinpoint.send(new GetEventStreamCommand({ ApplicationId: 'a' })),
    (error: Error) => {
      assert.equal(error.name, 'UnknownOperationException');
      for (const name of ['CreateApp', 'UpdateGcmChannel', 'SendMessages', 'CreateIntegrationAssociation'])
        assert.ok(error.message.includes(name), name);
      return true;
    },
  );
});

test('a call above its key’s rate is TooManyRequestsException, which says when to retry', async () => {
  await using production = await startProduction({
    settings: { limits: { requestsPerSecond: 1, burst: 1 } },
  });
  const names = ['first', 'second', 'third', 'fourth', 'fifth'];
  await assert.rejects(
    Promise.all(names.map((name) => production.pinpoint.send(create(name)))),
    (error) =>
      error instanceof TooManyRequestsException &&
      Boolean(error.RequestID) &&
      error.$response?.headers['retry-after'] === '1' &&
      Number(error.$response.headers['x-amz-retry-after']) > 0,
  );
});

test('a full store is InternalServerErrorException, changes nothing, and reads still work', async () => {
  await using production = await startProduction({ sqliteMaxBytes: 500 * 1_024 });
  const { pinpoint } = production;
  const tags = Object.fromEntries(
    Array.from({ length: 50 }, (_, index) => [`tag ${index}`, 'x'.repeat(200)]),
  );
  const made: string[] = [];
  await assert.rejects(
    async () => {
      while (made.length < 200) {
        const { ApplicationResponse } = await pinpoint.send(create('large', tags));
        made.push(ApplicationResponse!.Id!);
      }
    },
    (error) => error instanceof InternalServerErrorException && Boolean(error.RequestID),
  );
  const { ApplicationsResponse } = await pinpoint.send(new GetAppsCommand({ PageSize: '1000' }));
  assert.deepEqual(ApplicationsResponse!.Item!.map(({ Id }) => Id!).toSorted(), made.toSorted());
  await pinpoint.send(new GetAppCommand({ ApplicationId: made[0]! }));
});
