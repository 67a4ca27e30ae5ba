// The first thing on the page: it asks what is at this address, and shows the sign-in form if a sign-in is required.
import { useEffect, useState } from 'preact/hooks';
import { openLive, type Live } from '../live.ts';
import { readHere, type Here } from '../session.ts';
import { App } from './app.tsx';
import { Brand } from './header.tsx';
import { SignIn } from './sign-in.tsx';

const AGAIN_AFTER_MS = 1_000;

export function Gate() {
  const [opened, setOpened] = useState<{ here: Here; live?: Live }>();
  const [isUnreachable, setUnreachable] = useState(false);
  useEffect(() => {
    const ask = async (): Promise<void> => {
      try {
        const here = await readHere();
        setOpened(here.signIn ? { here } : { here, live: openLive(here) });
      } catch {
        setUnreachable(true);
        setTimeout(() => void ask(), AGAIN_AFTER_MS);
      }
    };
    void ask();
  }, []);
  if (opened?.live !== undefined) return <App live={opened.live} session={opened.here.session} />;
  return (
    <>
      <header>
        <Brand />
        {opened === undefined && isUnreachable && (
          <p class="connection" data-connection="lost" role="status">
            The service does not answer. Retrying…
          </p>
        )}
      </header>
      {opened !== undefined && <SignIn />}
    </>
  );
}
