// Settings as parts of the service read them: each read gets the current ones, so a reload need not notify anyone.
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
