// One run of `bench client`: imports a module, calls, and prints what it cost. Arguments: module, address, calls.
import { pathToFileURL } from 'node:url';

export interface Measured {
  readonly importMs: number;
  readonly callsPerSecond: number;
  readonly cpuMicrosPerCall: number;
  /** Heap after all calls minus heap after half of them, both after garbage collection. */
  readonly grownBytes: number;
}

type Register = (request: object) => Promise<{ registrationId?: string; RegistrationId?: string }>;

const IN_FLIGHT = 50;
/** Warm-up until hot code is compiled: after 1,000 calls each runs half as fast as after 5,000. */
const WARM_UP = 5000;
const [module = '', endpoint = '', calls = ''] = process.argv.slice(2);

const beganMs = performance.now();
const { open } = (await import(pathToFileURL(module).href)) as { open: (options: object) => Register };
const importMs = performance.now() - beganMs;

const options = {
  region: 'eu-central-1',
  endpoint,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
};
const register = open(options);
const isOurs = module.includes('chatpush.');
const pinpointAppArn = 'arn:aws:mobiletargeting:eu-central-1:000000000000:apps/support';

function request(n: number): object {
  const token = n.toString(16).padStart(64, '0');
  if (isOurs)
    return {
      instanceId: 'support',
      pinpointAppArn,
      deviceToken: token,
      deviceType: 'APNS',
      contactConfiguration: { contactId: `contact-${n}`, includeRawMessage: true },
    };
  return {
    InstanceId: 'support',
    PinpointAppArn: pinpointAppArn,
    DeviceToken: token,
    DeviceType: 'APNS',
    ContactConfiguration: { ContactId: `contact-${n}`, IncludeRawMessage: true },
  };
}

let next = 0;
async function call(count: number): Promise<void> {
  const end = next + count;
  const caller = async (): Promise<void> => {
    while (next < end) {
      const { registrationId, RegistrationId } = await register(request(next++));
      if ((registrationId ?? RegistrationId) !== 'r-1')
        throw new Error('the answer is not the one that the server sent');
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, caller));
}

/** Measures retained memory: Node's `fetch` releases finished requests only after their finalizers have run. */
async function heapBytes(): Promise<number> {
  for (let times = 0; times < 4; times++) {
    globalThis.gc!();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return process.memoryUsage().heapUsed;
}

const half = Math.floor(Number(calls) / 2);
let ms = 0;
let cpuMicros = 0;
async function measure(): Promise<void> {
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  await call(half);
  ms += performance.now() - startedMs;
  const { user, system } = process.cpuUsage(cpu);
  cpuMicros += user + system;
}

await call(WARM_UP);
await measure();
const usedBytes = await heapBytes();
await measure();
const measured: Measured = {
  importMs,
  callsPerSecond: (half * 2 * 1000) / ms,
  cpuMicrosPerCall: cpuMicros / (half * 2),
  grownBytes: (await heapBytes()) - usedBytes,
};
process.stdout.write(JSON.stringify(measured), () => process.exit(0));
