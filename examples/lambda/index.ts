// The Lambda entry point: `index.handler`. Clients are created once per instance of the function, not per call.
import { createHandler } from './register.ts';

const setting = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};

export const handler = createHandler(
  {
    CHATPUSH_URL: setting('CHATPUSH_URL'),
    CHATPUSH_ACCESS_KEY_ID: setting('CHATPUSH_ACCESS_KEY_ID'),
    CHATPUSH_SECRET_ACCESS_KEY: setting('CHATPUSH_SECRET_ACCESS_KEY'),
    APPLICATION_ARN: setting('APPLICATION_ARN'),
    TOPIC_ARN: setting('TOPIC_ARN'),
  },
  setting('AWS_REGION'),
);
