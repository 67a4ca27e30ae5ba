// npm run bench -- console [--visits 5] [--bursts 5]
//
// The console's page in Chromium: the first contentful paint on loopback, and the longest task of the page during three seconds of
// 100 pushes a second. Tasks count their processor time, so that other load on the machine does not lengthen them.
import { chromium, type Browser } from 'playwright-core';
import { ARGUMENTS, EXECUTABLE, noBrowser, openConsole } from '../packages/console/test/browser.ts';
import { openCrowd, openScene } from '../packages/console/test/scene.ts';
import { buildConsole } from '../scripts/build-console.ts';
import { median } from './children.ts';
import { OptionError, readOptions } from './options.ts';
import { openReport } from './report.ts';

const MESSAGES = 30;
/** Each message rings ten phones. */
const MESSAGE_EVERY_MS = 100;

export async function run(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv, { visits: 5, bursts: 5 });
  if (noBrowser) throw new OptionError(noBrowser);
  const report = openReport('console', options);
  await buildConsole();
  const browser = await chromium.launch({ executablePath: EXECUTABLE, args: ARGUMENTS });
  try {
    const paints: number[] = [];
    await using scene = await openScene();
    for (let visit = -1; visit < options.visits; visit += 1) {
      const paintMs = await firstPaintMs(browser, scene.url);
      if (visit >= 0) paints.push(paintMs); // The first is a warm-up.
    }
    console.log(`first contentful paint, ms: ${paints.map(Math.round).join(', ')}`);
    const longest: number[] = [];
    for (let burst = 0; burst < options.bursts; burst += 1) {
      const tasks = await taskTimesMs(browser);
      longest.push(Math.max(...tasks));
      console.log(
        `burst ${burst + 1}: ${tasks.length} tasks, the longest took ${longest.at(-1)!.toFixed(0)} ms`,
      );
    }
    console.log();
    report.figure('first contentful paint, ms', paints);
    report.figure('longest task of each burst, ms', longest);
    report.atMost('first contentful paint, median, ms', median(paints), 300);
    report.atMost('longest task at 100 pushes a second, median of bursts, ms', median(longest), 100);
    await report.save();
  } finally {
    await browser.close();
  }
}

async function firstPaintMs(browser: Browser, url: string): Promise<number> {
  await using opened = await openConsole(browser, url);
  const paintMs = await opened.page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
  );
  if (paintMs === undefined) throw new Error('the page painted nothing');
  return paintMs;
}

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  /** Microseconds. `tdur` is processor time. */
  ts: number;
  dur?: number;
  tdur?: number;
  args?: { name?: string; chrome_mojo_event_info?: { mojo_interface_tag?: string } };
}

/** The processor time of each task of a new page while the messages arrive. */
async function taskTimesMs(browser: Browser): Promise<number[]> {
  await using scene = await openScene();
  await using opened = await openConsole(browser, scene.url);
  const { page } = opened;
  const say = await openCrowd(scene);
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
  for (let n = 0; n < MESSAGES; n += 1) await Promise.all([say(n), page.waitForTimeout(MESSAGE_EVERY_MS)]);
  await page
    .getByRole('button', { name: `Message ${MESSAGES - 1}` })
    .first()
    .waitFor();
  const { traceEvents } = JSON.parse(String(await browser.stopTracing())) as { traceEvents: TraceEvent[] };
  const mains = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const ours = traceEvents.filter(({ ph, pid, tid }) => ph === 'X' && mains.has(`${pid} ${tid}`));
  // Work caused by this benchmark's own debugger calls does not count.
  const asked = ours.filter(
    ({ args }) => args?.chrome_mojo_event_info?.mojo_interface_tag === 'blink.mojom.DevToolsSession',
  );
  return ours
    .filter(({ name }) => name === 'ThreadControllerImpl::RunTask')
    .filter(({ ts, dur = 0 }) => !asked.some((one) => one.ts >= ts && one.ts < ts + dur))
    .map(({ tdur = 0 }) => tdur / 1000);
}
