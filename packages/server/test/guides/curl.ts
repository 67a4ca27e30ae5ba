// Guides sign with curl, which needs 7.75 or newer.
import { spawnSync } from 'node:child_process';

const version = /^curl (\d+)\.(\d+)/.exec(spawnSync('curl', ['-V'], { encoding: 'utf8' }).stdout ?? '');

/** Why a guide cannot be tested here, or false. */
export const CURL_SKIP =
  version !== null && Number(version[1]) * 1000 + Number(version[2]) >= 7075
    ? false
    : 'no curl of version 7.75 or later';
