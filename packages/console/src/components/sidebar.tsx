// The navigation between views.
import { hrefOf, type Address } from '../address.ts';
import type { State } from '../state.ts';
import { isThere, VIEWS } from '../views.ts';

export function Sidebar({ address, state }: { address: Address; state: State }) {
  const { phoneCount, rules } = state;
  const counts: Readonly<Record<string, number>> = { phones: phoneCount, faults: rules.length };
  return (
    <nav class="sidebar" aria-label="Views">
      <ul>
        {VIEWS.filter((view) => isThere(view, state)).map(({ name, title }) => {
          const count = counts[name] ?? 0;
          return (
            <li key={name}>
              <a href={hrefOf({ view: name })} aria-current={address.view === name ? 'page' : undefined}>
                {title}
                {count > 0 && (
                  <span class={name === 'faults' ? 'count alarm' : 'count'}>
                    {count.toLocaleString('en')}
                  </span>
                )}
              </a>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
