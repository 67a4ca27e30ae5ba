// The key that signs, the instance and the application. Kept in memory only: a reload forgets them.
import type { TargetedInputEvent } from 'preact';
import type { Access } from '../service.ts';
import type { Session } from '../session.ts';

interface Field {
  member: keyof Access;
  label: string;
  secret?: true;
}

const FIELDS: readonly Field[] = [
  { member: 'accessKeyId', label: 'Access key' },
  { member: 'secretAccessKey', label: 'Secret', secret: true },
  { member: 'instanceId', label: 'Instance' },
  { member: 'applicationArn', label: 'Application' },
];

interface Props {
  access: Access;
  /** With a session there are no key fields. */
  session: Session | undefined;
  onAccess: (access: Access) => void;
}

export function AccessFields({ access, session, onAccess }: Props) {
  const fields = session === undefined ? FIELDS : FIELDS.slice(2);
  return (
    <details class="access">
      <summary>{session === undefined ? 'Key, instance, application' : 'Instance, application'}</summary>
      {fields.map(({ member, label, secret }) => {
        const field = {
          required: true,
          spellcheck: false,
          autocomplete: 'off',
          value: access[member] ?? '',
          onInput: (event: TargetedInputEvent<HTMLInputElement>) =>
            onAccess({ ...access, [member]: event.currentTarget.value }),
        };
        return (
          <label key={member}>
            {label}
            {secret ? <input type="password" {...field} /> : <input type="text" {...field} />}
          </label>
        );
      })}
    </details>
  );
}

/** The instance alone, with a session: a list if the service names the instances, otherwise a text field. */
export function InstanceField({ access, session, onAccess }: Props & { session: Session }) {
  const change = (event: TargetedInputEvent<HTMLInputElement | HTMLSelectElement>): void =>
    onAccess({ ...access, instanceId: event.currentTarget.value });
  return (
    <label>
      Instance
      {session.allInstances ? (
        <>
          <input
            type="text"
            required
            spellcheck={false}
            autocomplete="off"
            list="instances"
            value={access.instanceId}
            onInput={change}
          />
          <datalist id="instances">
            {session.instances.map((id) => (
              <option key={id} value={id} />
            ))}
          </datalist>
        </>
      ) : (
        <select value={access.instanceId} onInput={change}>
          {session.instances.map((id) => (
            <option key={id}>{id}</option>
          ))}
        </select>
      )}
    </label>
  );
}
