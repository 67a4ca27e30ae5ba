// Locates the built web page.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** In the published package, or next to it in the repository. */
const PLACES = ['../console/', '../../../console/dist/'];

/** The directory of the built page; undefined if it was not built. */
export const builtPage = (): string | undefined =>
  PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((directory) =>
    existsSync(`${directory}index.html`),
  );
