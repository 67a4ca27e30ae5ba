// How much the page loads, and how long its tasks take.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { browserOfThisFile, noBrowser, openConsole } from './browser.ts';
import { openScene } from './scene.ts';

const options = { skip: noBrowser };
const browser = browserOfThisFile();

test('the first contentful paint is reported', options, async (t) => {
  await using scene = await openScene();
  const paintsMs: number[] = [];
  for (let visit = 0; visit < 5; visit += 1) {
    await using opened = await openConsole(browser(), scene.url);
    const paint = await opened.page.evaluate(
      () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
    );
    assert.ok(paint !== undefined, 'nothing was painted');
    paintsMs.push(paint);
  }
  const [fastest, , median] = paintsMs.toSorted((one, other) => one - other);
  t.diagnostic(
    `first contentful paint: median ${median} ms, fastest ${fastest} ms of ${paintsMs.length} visits`,
  );
});

test('the script is under 60 KB gzipped', () => {
  const folder = fileURLToPath(new URL('../dist/assets', import.meta.url));
  const bytes = globSync('*.js', { cwd: folder }).map(
    (name) => gzipSync(readFileSync(join(folder, name))).length,
  );
  const total = bytes.reduce((sum, one) => sum + one, 0);
  assert.ok(total > 0 && total < 60_000, `${total} bytes`);
});

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  /** Microseconds. `tdur` is processor time, so other load on the machine does not count. */
  ts: number;
  dur?: number;
  tdur?: number;
  args?: { name?: string; chrome_mojo_event_info?: { mojo_interface_tag?: string } };
}

/** The processor time of each task of a new page during 100 pushes per second for three seconds. */
async function taskTimesMs(): Promise<number[]> {
  await using own = await openScene();
  await using opened = await openConsole(browser(), own.url);
  const { page } = opened;
  const tokens = Array.from({ length: 30 }, (_, n) => n.toString(16).padStart(2, '0').repeat(32));
  for (const [n, token] of tokens.entries()) await own.register(`crowd-${n % 3}`, token);
  await browser().startTracing(page, { categories: ['toplevel', '__metadata'] });
  // Each message rings ten phones of a contact: ten messages per second.
  for (let n = 0; n < 30; n += 1) {
    await Promise.all([own.say(`crowd-${n % 3}`, `crowd-${n}`, `Message ${n}`), page.waitForTimeout(100)]);
  }
  await page.getByRole('button', { name: 'Message 29' }).first().waitFor();
  const { traceEvents } = JSON.parse(String(await browser().stopTracing())) as { traceEvents: TraceEvent[] };
  const mains = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const ours = traceEvents.filter(({ ph, pid, tid }) => ph === 'X' && mains.has(`${pid} ${tid}`));
  // Work caused by the test's own debugger calls does not count.
  const asked = ours.filter(
    ({ args }) => args?.chrome_mojo_event_info?.mojo_interface_tag === 'blink.mojom.DevToolsSession',
  );
  return ours
    .filter(({ name }) => name === 'ThreadControllerImpl::RunTask')
    .filter(({ ts, dur = 0 }) => !asked.some((one) => one.ts >= ts && one.ts < ts + dur))
    .map(({ tdur = 0 }) => tdur / 1000);
}

test('at 100 pushes per second no task of the page takes 100 ms', options, async () => {
  // The best of several bursts: on a busy machine the same work may take twice the processor time (caches, clock rate).
  const longestMs: number[] = [];
  do {
    const tasksMs = await taskTimesMs();
    assert.ok(tasksMs.length > 100, `${tasksMs.length} tasks were seen`);
    longestMs.push(Math.max(...tasksMs));
  } while (Math.min(...longestMs) > 100 && longestMs.length < 5);
  assert.ok(Math.min(...longestMs) <= 100, `the longest of each burst took ${longestMs.join(', ')} ms`);
});
