// When preloaded, makes the client use WebCrypto and `fetch` on Node, as it does on other platforms.
import { registerHooks } from 'node:module';

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '#platform'
      ? { url: new URL('../src/platform-web.ts', import.meta.url).href, shortCircuit: true }
      : next(specifier, context),
});
