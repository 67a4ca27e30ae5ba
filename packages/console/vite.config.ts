// Builds the page into dist/, to be served under /console/ by the emulator and the service alike.
import { defineConfig } from 'vite';

export default defineConfig({
  base: '/console/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  // The other packages are taken from their sources, as everywhere in this repository.
  resolve: { conditions: ['source', 'module', 'browser', 'production'] },
  build: {
    target: 'es2023',
    // What the page loads comes from its own address; the preload shim is for browsers this target leaves out.
    modulePreload: false,
    assetsInlineLimit: 0,
  },
});
