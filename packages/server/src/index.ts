// chatpush as a library: the whole service inside another process, for tests and examples.
export { ConfigError, readConfig } from './config/environment.ts';
export type { ApplicationConfig, ChannelConfig, Config } from './config/config.ts';
export { startService } from './service.ts';
export type { Service, ServiceOptions } from './service.ts';
