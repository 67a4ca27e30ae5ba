// The views in the sidebar. The service's views are absent if only an emulator runs, the emulator's views if nothing is emulated.
import type { Address } from './address.ts';
import type { State } from './state.ts';

export interface View {
  name: Exclude<Address['view'], 'search'>;
  title: string;
  of: 'service' | 'emulator';
}

export const VIEWS: readonly View[] = [
  { name: 'phones', title: 'Phones', of: 'emulator' },
  { name: 'contacts', title: 'Contacts', of: 'service' },
  { name: 'deliveries', title: 'Deliveries', of: 'service' },
  { name: 'applications', title: 'Applications', of: 'service' },
  { name: 'health', title: 'Health', of: 'service' },
  { name: 'faults', title: 'Faults', of: 'emulator' },
];

export const isThere = ({ of }: View, { hasService, hasPhones }: State): boolean =>
  of === 'service' ? hasService : hasPhones;

/** The address, or a fallback if its view does not exist here. */
export function reachable(address: Address, state: State): Address {
  const view = VIEWS.find(({ name }) => name === address.view);
  if (view === undefined || isThere(view, state)) return address;
  return state.hasPhones ? { view: 'phones' } : { view: 'contacts' };
}

export function titleOf(address: Address): string {
  if (address.view === 'search') return `Search: ${address.text}`;
  const title = VIEWS.find(({ name }) => name === address.view)?.title ?? 'Phones';
  return address.view === 'contacts' && address.contactId !== undefined
    ? `Contact ${address.contactId}`
    : title;
}
