// The whole page: phones on one side, what one can do to them on the other.
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { forgetPhones, switchPhone, type Switch } from '../emulator-api.ts';
import type { Live } from '../live.ts';
import type { PhoneOnPage } from '../phone.ts';
import { useProblem } from '../problem.ts';
import { DEVELOPMENT_ACCESS } from '../service.ts';
import { Channels, useChannels } from './channels.tsx';
import { Details, type Opened } from './details.tsx';
import { Faults } from './faults.tsx';
import { Header } from './header.tsx';
import { Phone } from './phone.tsx';
import { Register } from './register.tsx';
import { Requests } from './requests.tsx';
import { Welcome } from './welcome.tsx';
import { Write } from './write.tsx';

/** How many phones are drawn before one asks for more. */
const DRAWN_AT_FIRST = 12;
const CLOCK_EVERY_MS = 5_000;
/** A row swiped no further still shows most of the first phone. */
const AT_NEWEST_PIXELS = 60;

export function App({ live }: { live: Live }) {
  const state = useLive(live);
  const channels = useChannels(state);
  const nowMs = useClock();
  const [drawn, setDrawn] = useState(DRAWN_AT_FIRST);
  const [opened, setOpened] = useState<Opened>();
  const [access, setAccess] = useState(DEVELOPMENT_ACCESS);
  const [contactId, setContactId] = useState('chat-1');
  const [problem, setProblem] = useProblem(state);

  const phones = state.phones.slice(0, drawn);
  const row = useRowAtNewest(phones[0]?.deviceToken);
  useEffect(() => {
    for (const phone of phones) if (phone.isStale) live.readPhone(phone);
  }, [state.phones, drawn]);

  /** Does what a button says, and says so where it could not. */
  const attempt = (what: Promise<unknown>): void => {
    setProblem('');
    what.catch((error: Error) => setProblem(error.message));
  };
  const onSwitch = ({ deviceToken }: PhoneOnPage, how: Switch): void =>
    attempt(switchPhone(deviceToken, how));
  const onForget = (): void => {
    if (confirm('Forget all phones and what they received?')) attempt(forgetPhones());
  };
  const isKnown = state.description !== undefined;
  const registering = { state, access, onAccess: setAccess, contactId, onContact: setContactId };

  return (
    <>
      <Header state={state} channels={channels} onForget={onForget} />
      {problem !== '' && (
        <p class="problem page-problem" role="alert">
          {problem}
        </p>
      )}
      <main>
        <section class="phones" aria-label="Phones">
          {isKnown && phones.length === 0 && (
            <Welcome description={state.description} hasService={state.hasService} />
          )}
          <div class="phone-grid" ref={row}>
            {phones.map((phone) => (
              <Phone
                key={phone.deviceToken}
                phone={phone}
                nowMs={nowMs}
                onSwitch={onSwitch}
                onOpen={(n) => setOpened({ deviceToken: phone.deviceToken, n })}
              />
            ))}
          </div>
          {state.phoneCount > phones.length && (
            <p class="more">
              {phones.length} of {state.phoneCount} phones.{' '}
              {state.phones.length > phones.length ? (
                <button type="button" onClick={() => setDrawn(drawn + DRAWN_AT_FIRST)}>
                  Show more
                </button>
              ) : (
                'The page keeps those that heard something most lately.'
              )}
            </p>
          )}
        </section>
        {isKnown && (
          <aside aria-label="What to do to them">
            <Register {...registering} />
            {state.hasService && <Write live={live} {...registering} />}
            {channels.length > 0 && <Channels channels={channels} />}
            <Faults state={state} />
          </aside>
        )}
        {isKnown && <Requests state={state} />}
      </main>
      <div class="unseen" role="status" aria-live="polite">
        {state.announcement}
      </div>
      {opened !== undefined && (
        <Details
          opened={opened}
          phone={state.phones.find(({ deviceToken }) => deviceToken === opened.deviceToken)}
          onMove={(n) => setOpened({ ...opened, n })}
          onClose={() => setOpened(undefined)}
        />
      )}
    </>
  );
}

function useLive(live: Live): Live['state'] {
  const [state, setState] = useState(live.state);
  useEffect(() => live.subscribe(() => setState(live.state)), [live]);
  return state;
}

/** On a narrow page phones are a row: it stays where the newest is, unless a person has swiped it away from there. */
function useRowAtNewest(newest: string | undefined): RefObject<HTMLDivElement | null> {
  const row = useRef<HTMLDivElement>(null);
  // As it is before the new phone is drawn: the browser then moves it, to keep what it snapped to.
  const wasThere = (row.current?.scrollLeft ?? 0) < AT_NEWEST_PIXELS;
  useLayoutEffect(() => {
    if (wasThere) row.current?.scrollTo({ left: 0 });
  }, [newest]);
  return row;
}

function useClock(): number {
  const [nowMs, setNowMs] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), CLOCK_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}
