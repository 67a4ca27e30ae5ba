// The frame of every view: navigation, search, and the open dialog.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { go } from '../address.ts';
import type { Live } from '../live.ts';
import { useProblem } from '../problem.ts';
import { accessOf } from '../service.ts';
import type { Session } from '../session.ts';
import { useAddress } from '../use-address.ts';
import { useLive } from '../use-live.ts';
import { reachable, titleOf } from '../views.ts';
import { ApplicationsView } from '../views/applications/applications-view.tsx';
import { ContactsView } from '../views/contact/contacts-view.tsx';
import { DeliveriesView } from '../views/deliveries/deliveries-view.tsx';
import { HealthView } from '../views/health/health-view.tsx';
import { PhonesView } from '../views/phones/phones-view.tsx';
import { SearchView } from '../views/search/search-view.tsx';
import { useChannels } from './channels.tsx';
import { Details } from './details.tsx';
import { Faults } from './faults.tsx';
import { Header } from './header.tsx';
import { RequestDetails } from './request-details.tsx';
import { Sidebar } from './sidebar.tsx';

export function App({ live, session }: { live: Live; session: Session | undefined }) {
  const state = useLive(live);
  const address = reachable(useAddress(), state);
  const channels = useChannels(state);
  const [access, setAccess] = useState(() => accessOf(session));
  const [contactId, setContactId] = useState(session === undefined ? 'chat-1' : '');
  const [problem, setProblem] = useProblem(state);
  const attempt = useCallback((what: Promise<unknown>): void => {
    setProblem('');
    what.catch((error: Error) => setProblem(error.message));
  }, []);

  const title = titleOf(address);
  useEffect(() => {
    document.title = `${title} · chatpush`;
  }, [title]);
  const main = useRef<HTMLElement>(null);
  const find = address.view === 'phones' ? address.find : undefined;
  const close = (): void => go({ view: 'phones', find }, 'replace');
  const { hasService, isKnown } = state;
  const registering = { state, session, access, onAccess: setAccess, contactId, onContact: setContactId };
  const { notification, request } = address.view === 'phones' ? address : {};

  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to {title}
      </a>
      <Header {...{ state, channels, session, attempt }} />
      {problem !== '' && (
        <p class="problem page-problem" role="alert">
          {problem}
        </p>
      )}
      <div class="frame">
        <Sidebar address={address} state={state} />
        <main ref={main} tabIndex={-1}>
          {address.view === 'phones' && (
            <PhonesView live={live} address={address} attempt={attempt} {...registering} />
          )}
          {address.view === 'contacts' && isKnown && <ContactsView address={address} {...registering} />}
          {address.view === 'applications' && (
            <ApplicationsView channels={channels} access={access} hasPhones={state.hasPhones} />
          )}
          {address.view === 'deliveries' && isKnown && (
            <DeliveriesView address={address} channels={channels} {...registering} />
          )}
          {address.view === 'health' && <HealthView alert={address.alert} access={access} />}
          {address.view === 'search' && isKnown && (
            <SearchView text={address.text} access={access} session={session} state={state} />
          )}
          {address.view === 'faults' && isKnown && <Faults state={state} />}
        </main>
      </div>
      <div class="unseen" role="status" aria-live="polite">
        {state.announcement}
      </div>
      {notification !== undefined && (
        <Details
          opened={notification}
          phone={state.phones.find(({ deviceToken }) => deviceToken === notification.deviceToken)}
          hasService={hasService}
          onMove={(n) => go({ view: 'phones', find, notification: { ...notification, n } }, 'replace')}
          onClose={close}
        />
      )}
      {request !== undefined && <RequestDetails n={request} hasService={hasService} onClose={close} />}
    </>
  );
}
