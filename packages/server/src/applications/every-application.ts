// The settings file's applications and the store's as one list, for whoever shows or examines them all.
import type { ApplicationConfig } from '../config/config.ts';
import type { LiveApplication } from './live-application.ts';

/**
 * The file's first; an ARN that stands in both is the file's. Without a name, an application was begun in development by a call
 * that named its ARN: nobody set it up, and there may be thousands of them.
 */
export function everyApplication(
  configured: readonly ApplicationConfig[],
  stored: Iterable<LiveApplication>,
): ApplicationConfig[] {
  const inFile = new Set(configured.map(({ arn }) => arn));
  const others = [...stored].filter(({ arn, name }) => name !== undefined && !inFile.has(arn));
  return [...configured, ...others];
}
