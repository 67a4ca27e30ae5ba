// Settings as parts of the service read them: each look sees those in use at that moment, so a reload needs to tell nobody.
import type { ContactSettings } from '../contact/settings.ts';
import type { SettingsInUse } from './settings-in-use.ts';

export const followContactSettings = (inUse: () => SettingsInUse): ContactSettings => ({
  get registrations() {
    return inUse().contact.registrations;
  },
  get lifetimeMs() {
    return inUse().contact.lifetimeMs;
  },
  get ttlMs() {
    return inUse().contact.ttlMs;
  },
});
