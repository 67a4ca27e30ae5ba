// Which channels have a certificate, and when it expires.
import type { ApplicationConfig } from '../config/config.ts';
import type { Certificate } from './metrics.ts';

export const certificatesOf = (applications: readonly ApplicationConfig[]): Certificate[] =>
  applications.flatMap(({ arn, channels }) =>
    Object.entries(channels).flatMap(([channel, { gateway, ...rest }]) =>
      gateway === 'apns' && 'auth' in rest && 'expiresAt' in rest.auth
        ? [{ application: arn, channel, expiresAt: rest.auth.expiresAt }]
        : [],
    ),
  );
