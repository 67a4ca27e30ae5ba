// CPU time of other processes, from /proc where it exists.
import { readFile, readdir } from 'node:fs/promises';

const MS_PER_TICK = 10; // sysconf(_SC_CLK_TCK) is 100 on every Linux

interface ProcessTime {
  readonly parent: string;
  readonly own: number;
  /** CPU time of children that have ended. */
  readonly children: number;
}

/** Undefined after the process has ended, or without /proc. */
export async function processTime(path: string): Promise<ProcessTime | undefined> {
  const stat = await readFile(`/proc/${path}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  // The process name before it, in parentheses, may contain spaces.
  const fields = stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
  const ms = (...at: number[]): number =>
    at.reduce((sum, index) => sum + Number(fields[index]) * MS_PER_TICK, 0);
  return { parent: fields[1]!, own: ms(11, 12), children: ms(13, 14) };
}

export interface Cpu {
  /** All threads. */
  readonly ms: number;
  readonly mainMs: number;
}

/** All zero without /proc; the columns are then meaningless. */
export async function cpuOf(pid: number): Promise<Cpu> {
  const [all, main] = await Promise.all([processTime(`${pid}`), processTime(`${pid}/task/${pid}`)]);
  return { ms: all?.own ?? 0, mainMs: main?.own ?? 0 };
}

/** CPU time of a process and its children, including those that have ended. */
export async function familyMs(pid: string): Promise<number> {
  let ms = 0;
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/u.test(name)) continue;
    const time = await processTime(name);
    if (name === pid) ms += (time?.own ?? 0) + (time?.children ?? 0);
    else if (time?.parent === pid) ms += time.own;
  }
  return ms;
}

export interface Memory {
  readonly residentMb: number;
  readonly peakMb: number;
}

export async function memoryOf(pid: number): Promise<Memory> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const mb = (name: string): number =>
    Number(new RegExp(`${name}:\\s+(\\d+)`, 'u').exec(status)?.[1] ?? 0) / 1024;
  return { residentMb: mb('VmRSS'), peakMb: mb('VmHWM') };
}
