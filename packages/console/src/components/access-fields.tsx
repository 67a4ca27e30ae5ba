// Which key signs, and which instance and application are meant. In memory only: a reload forgets it.
import type { TargetedInputEvent } from 'preact';
import type { Access } from '../service.ts';

const FIELDS: readonly { member: keyof Access; label: string; secret?: true }[] = [
  { member: 'accessKeyId', label: 'Access key' },
  { member: 'secretAccessKey', label: 'Secret', secret: true },
  { member: 'instanceId', label: 'Instance' },
  { member: 'applicationArn', label: 'Application' },
];

export function AccessFields({ access, onAccess }: { access: Access; onAccess: (access: Access) => void }) {
  return (
    <details class="access">
      <summary>Key, instance, application</summary>
      {FIELDS.map(({ member, label, secret }) => {
        const field = {
          required: true,
          spellcheck: false,
          autocomplete: 'off',
          value: access[member],
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
