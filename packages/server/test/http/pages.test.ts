// Pages without a signature: liveness, readiness, metrics, and a status page with links.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { OPERATIONS } from '@chatpush/wire';
import { pino } from 'pino';
import { StoreUnavailableError } from '../../src/store/store.ts';
import { get, isRefusal, startRecordingServer } from './recording-server.ts';

describe('pages', () => {
  const metrics = async () => ({ contentType: 'text/plain; version=0.0.4', body: 'pushes_total 1\n' });

  test('show liveness, readiness and metrics', async () => {
    await using server = await startRecordingServer({ metrics });
    assert.equal((await get(server, '/livez')).body, '{"alive":true}');
    const ready = await get(server, '/readyz?verbose');
    assert.deepEqual([ready.status, ready.body], [200, '{"ready":true,"checks":{"store":"ok"}}']);
    const numbers = await get(server, '/metrics');
    assert.deepEqual(
      [numbers.headers.get('content-type'), numbers.body],
      ['text/plain; version=0.0.4', 'pushes_total 1\n'],
    );
  });

  test('answer 503 when not ready, and when the check fails', async () => {
    const checks = { store: 'migration 3 is missing' };
    await using unready = await startRecordingServer({ ready: async () => ({ ready: false, checks }) });
    const answer = await get(unready, '/readyz');
    assert.deepEqual([answer.status, JSON.parse(answer.body)], [503, { ready: false, checks }]);
    assert.equal((await get(unready, '/livez')).status, 200);
    assert.match((await get(unready, '/', { Accept: 'text/html' })).body, /not ready/);
    const lines: string[] = [];
    await using failing = await startRecordingServer({
      ready: () => Promise.reject(new StoreUnavailableError('db.internal')),
      log: pino({}, { write: (line: string) => lines.push(line) }),
    });
    const failed = await get(failing, '/readyz');
    assert.equal(failed.status, 503);
    assert.ok(!failed.body.includes('db.internal'));
    assert.match(lines.join(''), /db\.internal/);
    assert.equal((await get(failing, '/', { Accept: 'text/html' })).status, 200);
  });

  test('show a browser links, and other clients the same as JSON', async () => {
    const links = [{ href: '/console/?a=1&b=2', text: 'Phones & <pushes>' }];
    await using server = await startRecordingServer({ metrics, links });
    const page = await get(server, '/', { Accept: 'text/html,*/*' });
    assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8');
    assert.ok(page.body.includes('<a href="/console/?a=1&amp;b=2">Phones &amp; &lt;pushes&gt;</a>'));
    for (const name of Object.keys(OPERATIONS)) assert.ok(page.body.includes(name));
    const json = JSON.parse((await get(server, '/')).body) as {
      service: string;
      ready: boolean;
      links: unknown[];
    };
    assert.deepEqual([json.service, json.ready, json.links[0]], ['chatpush', true, links[0]]);
  });

  test('are computed once for concurrent requests, take at most a tenth of the time, and are refreshed regularly', async () => {
    let asked = 0;
    const slow = async () => {
      asked++;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return { contentType: 'text/plain', body: `${asked} ${'x'.repeat(1_000_000)}` };
    };
    await using server = await startRecordingServer({ metrics: slow });
    const from = performance.now();
    /** Half a second at first and a tenth of the time since, and one that began just before that was used up. */
    const allowed = () => Math.ceil((500 + (performance.now() - from) / 10) / 100) + 1;
    const all = await Promise.all(Array.from({ length: 50 }, () => get(server, '/metrics')));
    assert.ok(all.every(({ status, body }) => status === 200 && body.length > 1_000_000));
    assert.ok(asked <= allowed(), `${asked} times`);
    const before = asked;
    for (let requests = 0; requests < 50; requests++) await get(server, '/metrics');
    assert.ok(asked <= allowed(), `${asked} times`);
    while (parseInt((await get(server, '/metrics')).body, 10) <= before);
  });

  test('without metrics there is no metrics page', async () => {
    await using server = await startRecordingServer();
    assert.equal(isRefusal(await get(server, '/metrics'), 'UnknownOperationException'), undefined);
  });
});
