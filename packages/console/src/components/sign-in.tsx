// The sign-in form, for an access key.
import { useState } from 'preact/hooks';
import { signIn, startOver } from '../session.ts';

export function SignIn() {
  const [accessKeyId, setAccessKeyId] = useState('');
  const [secret, setSecret] = useState('');
  const [problem, setProblem] = useState<string>();
  const [isAsking, setAsking] = useState(false);
  const enter = async (): Promise<void> => {
    setAsking(true);
    setProblem(undefined);
    try {
      await signIn(accessKeyId.trim(), secret);
      startOver();
    } catch (error) {
      setProblem((error as Error).message);
      setSecret('');
      setAsking(false);
    }
  };
  return (
    <main class="sign-in">
      <form
        class="panel"
        onSubmit={(event) => {
          event.preventDefault();
          void enter();
        }}
      >
        <h1>Sign in</h1>
        <label>
          Access key ID
          <input
            type="text"
            required
            autofocus
            maxLength={128}
            spellcheck={false}
            autocapitalize="off"
            autocomplete="username"
            value={accessKeyId}
            onInput={(event) => setAccessKeyId(event.currentTarget.value)}
          />
        </label>
        <label>
          Secret
          <input
            type="password"
            required
            autocomplete="current-password"
            value={secret}
            onInput={(event) => setSecret(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="first" disabled={isAsking}>
          Sign in
        </button>
        {problem !== undefined && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        <p class="hint">
          Use an access key from the settings. The session has the permissions of that key and ends after
          eight hours.
        </p>
      </form>
    </main>
  );
}
