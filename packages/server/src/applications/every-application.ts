// The applications of the settings file and of the store as one list, for code that shows or examines them all.
import type { ApplicationConfig } from '../config/config.ts';
import type { LiveApplication } from './live-application.ts';

/**
 * The file's come first; if an ARN is in both, the file's counts. An application without a name was created in
 * development by a call that named its ARN: nobody set it up, and there may be thousands, so it is left out.
 */
export function everyApplication(
  configured: readonly ApplicationConfig[],
  stored: Iterable<LiveApplication>,
): ApplicationConfig[] {
  const inFile = new Set(configured.map(({ arn }) => arn));
  const others = [...stored].filter(({ arn, name }) => name !== undefined && !inFile.has(arn));
  return [...configured, ...others];
}
