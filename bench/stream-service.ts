// A separate process: the service, and a fake SNS that it takes for Amazon's hosts. Its first line of output contains the
// service's address and how to sign a message. After the first certificate has been fetched, the fake does no further work.
import { readConfig, startService } from 'chatpush';
import { TOPIC, startStandInSns } from '../packages/server/test/sources/stand-in-sns.ts';

const sns = await startStandInSns();
const config = readConfig(process.env);
const service = await startService(
  {
    ...config,
    // On a fast machine, even sequential calls exceed the throttle of the development defaults.
    limits: { ...config.limits, requestsPerSecond: 1e6, burst: 1e6 },
    sources: { sns: [{ topicArn: TOPIC, instances: ['bench'] }] },
  },
  { logLevel: 'warn', snsNetwork: sns.network },
);
console.log(
  JSON.stringify({
    url: service.url,
    key: sns.leaf.key.export({ type: 'pkcs8', format: 'pem' }),
    certificateUrl: sns.serve(sns.leaf.pem),
  }),
);
process.once('SIGTERM', () => {
  void service
    .stop()
    .then(() => sns.close())
    .then(() => process.exit(0));
});
