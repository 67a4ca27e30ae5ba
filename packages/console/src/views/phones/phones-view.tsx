// The phones, the actions on them, and the requests that reached their gateways.
import type { RefObject } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { go, type Address } from '../../address.ts';
import { Phone } from '../../components/phone.tsx';
import { Register, type RegisteringProps } from '../../components/register.tsx';
import { Requests } from '../../components/requests.tsx';
import { Welcome } from '../../components/welcome.tsx';
import { Write } from '../../components/write.tsx';
import { forgetPhones, switchPhone, type Switch } from '../../emulator-api.ts';
import { isPhoneFound } from '../../filter.ts';
import type { Live } from '../../live.ts';
import type { PhoneOnPage } from '../../phone.ts';
import { useClock } from '../../use-live.ts';

/** How many phones are shown before "Show more". */
const DRAWN_AT_FIRST = 36;
/** More phones than this are drawn smaller, so that they fit on the screen together. */
const LARGE = 6;
/** A row scrolled no further than this still shows most of the first phone. */
const AT_NEWEST_PIXELS = 60;

interface Props extends RegisteringProps {
  live: Live;
  address: Address & { view: 'phones' };
  /** Runs the action of a button and shows its error. */
  attempt: (what: Promise<unknown>) => void;
}

export function PhonesView({ live, address, attempt, ...registering }: Props) {
  const { state } = registering;
  const { find = '' } = address;
  const nowMs = useClock();
  const [drawn, setDrawn] = useState(DRAWN_AT_FIRST);
  const found = find === '' ? state.phones : state.phones.filter((phone) => isPhoneFound(phone, find));
  const phones = found.slice(0, drawn);
  const { row, onScroll } = useRowAtNewest(phones[0]?.deviceToken);
  useEffect(() => {
    // The filter searches lock screens, so all of them must be loaded.
    for (const phone of find === '' ? phones : state.phones) if (phone.isStale) live.readPhone(phone);
  }, [state.phones, drawn, find]);

  const onSwitch = useCallback(
    ({ deviceToken }: PhoneOnPage, how: Switch): void => attempt(switchPhone(deviceToken, how)),
    [attempt],
  );
  const onOpen = useCallback(
    (deviceToken: string, n: number): void => go({ view: 'phones', find, notification: { deviceToken, n } }),
    [find],
  );
  const onForget = (): void => {
    if (confirm('Remove all phones and their notifications?')) attempt(forgetPhones());
  };
  if (state.description === undefined) return null;
  return (
    <>
      <div class="toolbar">
        <h1>Phones</h1>
        {(state.phoneCount > 1 || find !== '') && (
          <input
            type="search"
            aria-label="Filter phones and requests"
            placeholder="Filter"
            spellcheck={false}
            value={find}
            onInput={(event) => go({ view: 'phones', find: event.currentTarget.value }, 'replace')}
          />
        )}
        <button type="button" class="quiet" disabled={state.phoneCount === 0} onClick={onForget}>
          Remove all
        </button>
      </div>
      <div class="bench">
        <div class="stage">
          <section class="phones" aria-label="Phones">
            {state.phones.length === 0 && (
              <Welcome description={state.description} hasService={state.hasService} />
            )}
            {state.phones.length > 0 && found.length === 0 && (
              <p class="hint">No phone matches the filter.</p>
            )}
            <div
              class="phone-grid"
              data-size={found.length > LARGE ? 'small' : 'large'}
              ref={row}
              onScroll={onScroll}
            >
              {phones.map((phone) => (
                <Phone
                  key={phone.deviceToken}
                  phone={phone}
                  nowMs={nowMs}
                  onSwitch={onSwitch}
                  onOpen={onOpen}
                />
              ))}
            </div>
            {state.phoneCount > phones.length && find === '' && (
              <p class="more">
                {phones.length} of {state.phoneCount} phones.{' '}
                {state.phones.length > phones.length ? (
                  <button type="button" onClick={() => setDrawn(drawn + DRAWN_AT_FIRST)}>
                    Show more
                  </button>
                ) : (
                  'The page keeps the most recently active ones.'
                )}
              </p>
            )}
          </section>
          <Requests state={state} find={find} />
        </div>
        <aside aria-label="Try it">
          <Register {...registering} />
          {state.hasService && <Write live={live} {...registering} />}
        </aside>
      </div>
    </>
  );
}

/** On a narrow page the phones form a row. It stays at the newest phone unless the user has scrolled away. */
function useRowAtNewest(newest: string | undefined): {
  row: RefObject<HTMLDivElement | null>;
  onScroll: () => void;
} {
  const row = useRef<HTMLDivElement>(null);
  // Tracked by an event: reading it while rendering would force a layout each time.
  const isThere = useRef(true);
  useLayoutEffect(() => {
    if (isThere.current) row.current?.scrollTo({ left: 0 });
  }, [newest]);
  const onScroll = useCallback((): void => {
    isThere.current = (row.current?.scrollLeft ?? 0) < AT_NEWEST_PIXELS;
  }, []);
  return { row, onScroll };
}
