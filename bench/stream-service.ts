// A process of its own: the service, and the stand-in of SNS that it takes for Amazon's hosts. Its first line says where the
// service is and how to sign a message; nothing else of the stand-in works after the first certificate was fetched.
import { readConfig, startService } from 'chatpush';
import { TOPIC, startStandInSns } from '../packages/server/test/sources/stand-in-sns.ts';

const sns = await startStandInSns();
const config = readConfig(process.env);
const service = await startService(
  {
    ...config,
    // Calls one at a time are more than the throttle of development lets pass on a fast machine.
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
