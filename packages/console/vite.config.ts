// Builds the page into dist/. The emulator and the service both serve it under /console/.
import { defineConfig } from 'vite';

export default defineConfig({
  base: '/console/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  // The other packages are resolved to their sources, as everywhere in this repository.
  resolve: { conditions: ['source', 'module', 'browser', 'production'] },
  build: {
    target: 'es2023',
    // The page loads everything from its own address. The preload shim is only for browsers that this target excludes.
    modulePreload: false,
    assetsInlineLimit: 0,
  },
});
