// A contact key as one text, for maps.
import type { ContactKey } from './store.ts';

/** The length keeps keys apart whose ids contain spaces. */
export const contactKeyText = ({ instanceId, contactId }: ContactKey): string =>
  `${instanceId.length} ${instanceId} ${contactId}`;
