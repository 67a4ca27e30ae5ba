// The views that the sidebar lists. Those of the service are absent where an emulator runs alone.
import type { Address } from './address.ts';

export interface View {
  name: Exclude<Address['view'], 'search'>;
  title: string;
  ofService?: true;
}

export const VIEWS: readonly View[] = [
  { name: 'phones', title: 'Phones' },
  { name: 'contacts', title: 'Contacts', ofService: true },
  { name: 'applications', title: 'Applications', ofService: true },
  { name: 'health', title: 'Health', ofService: true },
  { name: 'faults', title: 'Faults' },
];

export function titleOf(address: Address): string {
  if (address.view === 'search') return `Search: ${address.text}`;
  const title = VIEWS.find(({ name }) => name === address.view)?.title ?? 'Phones';
  return address.view === 'contacts' && address.contactId !== undefined
    ? `Contact ${address.contactId}`
    : title;
}
