// Where the page of phones lies once it is built.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Within the published package, and beside it in the repository. */
const PLACES = ['../console/', '../../../console/dist/'];

/** The directory of the built page, or undefined where nobody built it. */
export const builtPage = (): string | undefined =>
  PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((directory) =>
    existsSync(`${directory}index.html`),
  );
