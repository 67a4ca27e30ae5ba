// Preloaded, it lets the client run on Node with what it uses everywhere else: WebCrypto and `fetch`.
import { registerHooks } from 'node:module';

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '#platform'
      ? { url: new URL('../src/platform-web.ts', import.meta.url).href, shortCircuit: true }
      : next(specifier, context),
});
