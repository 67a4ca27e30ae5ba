// A request that the gateway refused or never answered: what was sent, and the answer.
import type { LoggedRequest, Said } from '@chatpush/emulator';
import { hrefOf } from '../address.ts';
import { readRequest } from '../emulator-api.ts';
import { contactOf, parsed, sentenceIn } from '../payload.ts';
import { useAnswer } from '../use-answer.ts';
import { clockTime, GATEWAY_NAMES, shortToken } from '../words.ts';
import { CopyButton } from './copy-button.tsx';
import { Drawer } from './drawer.tsx';
import { HeaderFields } from './header-fields.tsx';
import { Json } from './json.tsx';
import { Tabs } from './tabs.tsx';

interface Props {
  n: number;
  hasService: boolean;
  onClose: () => void;
}

export function RequestDetails({ n, hasService, onClose }: Props) {
  const { answer, problem } = useAnswer(() => readRequest(n), [n]);
  return (
    <Drawer title={`Request ${n}`} onClose={onClose}>
      {problem !== undefined && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {answer !== undefined && (
        <>
          <About request={answer.request} said={answer.said} hasService={hasService} />
          {answer.said !== undefined ? <Both said={answer.said} /> : <NotKept request={answer.request} />}
        </>
      )}
    </Drawer>
  );
}

function About({
  request,
  said,
  hasService,
}: {
  request: LoggedRequest;
  said: Said | undefined;
  hasService: boolean;
}) {
  const { at, gateway, app, status, verdict, fault, deviceToken, apnsId } = request;
  const sentence = sentenceIn(said?.answer?.body);
  const contactId = hasService ? contactOf(parsed(said?.body)) : undefined;
  const facts: readonly [string, preact.ComponentChild][] = [
    ['Answer', `${status ?? 'none'} ${verdict}`],
    ['Message', sentence !== verdict && sentence],
    ['Cause', fault !== undefined && `the active fault ${fault}`],
    ['Gateway', [GATEWAY_NAMES[gateway], app].filter(Boolean).join(', ')],
    ['At', clockTime(at)],
    [
      'Phone',
      deviceToken !== undefined && (
        <a href={hrefOf({ view: 'phones', find: deviceToken })}>{shortToken(deviceToken)}</a>
      ),
    ],
    ['Contact', contactId !== undefined && <a href={hrefOf({ view: 'contacts', contactId })}>{contactId}</a>],
    ['Delivery', apnsId !== undefined && <code>{apnsId}</code>],
  ];
  return (
    <dl>
      {facts.map(
        ([name, value]) =>
          value !== false &&
          value !== undefined && (
            <>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </>
          ),
      )}
    </dl>
  );
}

function Both({ said: { headers, body, answer } }: { said: Said }) {
  return (
    <Tabs
      label="Parts of the exchange"
      tabs={[
        {
          name: 'Answer',
          content:
            answer === undefined ? (
              <p class="hint">The gateway sent no answer.</p>
            ) : (
              <>
                <Body text={answer.body} what="answer" />
                <HeaderFields headers={answer.headers} />
              </>
            ),
        },
        {
          name: 'Payload',
          content:
            body === undefined ? (
              <p class="hint">The body is a credential and is not stored.</p>
            ) : (
              <Body text={body} what="payload" />
            ),
        },
        { name: 'Headers', content: <HeaderFields headers={headers} /> },
      ]}
    />
  );
}

/** Formatted if it is JSON, otherwise unchanged. */
function Body({ text = '', what }: { text: string | undefined; what: string }) {
  const value = parsed(text);
  if (text === '') return <p class="hint">Empty.</p>;
  return (
    <>
      {value === undefined ? (
        <pre class="json">
          <code>{text}</code>
        </pre>
      ) : (
        <Json value={value} />
      )}
      <p class="under">
        {new TextEncoder().encode(text).length.toLocaleString('en')} bytes <CopyButton {...{ text, what }} />
      </p>
    </>
  );
}

const NotKept = ({ request: { status } }: { request: LoggedRequest }) => (
  <p class="hint">
    {status === 200
      ? 'The request was accepted. Its payload and headers are with the phone.'
      : 'Headers and payload are kept for the newest 500 requests that were not accepted. This request is older.'}
  </p>
);
