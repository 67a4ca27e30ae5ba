// Finds a contact by its id, and shows the contact in the address.
import { useState } from 'preact/hooks';
import { go, type Address } from '../../address.ts';
import { AccessFields, InstanceField } from '../../components/access-fields.tsx';
import type { RegisteringProps } from '../../components/register.tsx';
import { maySee } from '../../session.ts';
import { Contact } from './contact.tsx';

interface Props extends RegisteringProps {
  address: Address & { view: 'contacts' };
}

export function ContactsView({ address, state, session, access, onAccess, contactId }: Props) {
  const asked = address.contactId;
  const [typed, setTyped] = useState(asked ?? contactId);
  const instanceId = address.instanceId ?? access.instanceId;
  return (
    <>
      <div class="toolbar">
        <h1>{asked === undefined ? 'Contacts' : 'Contact'}</h1>
      </div>
      <form
        class="panel lookup"
        onSubmit={(event) => {
          event.preventDefault();
          go({ view: 'contacts', contactId: typed, instanceId: access.instanceId });
        }}
      >
        <label>
          Contact ID
          <input
            type="text"
            required
            maxLength={256}
            spellcheck={false}
            value={typed}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
        {session !== undefined && <InstanceField access={access} session={session} onAccess={onAccess} />}
        <button type="submit" class="first">
          Find
        </button>
        {session === undefined && <AccessFields access={access} session={session} onAccess={onAccess} />}
      </form>
      {asked === undefined ? (
        <p class="hint">
          Any contact ID of the chat works, including one from after a transfer. The log covers the last seven
          days.
        </p>
      ) : (
        <Contact
          key={`${instanceId} ${asked}`}
          contactId={asked}
          access={{ ...access, instanceId }}
          mayExist={session === undefined || maySee(session, instanceId)}
          state={state}
        />
      )}
    </>
  );
}
