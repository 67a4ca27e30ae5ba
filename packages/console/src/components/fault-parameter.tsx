// The form field for one parameter of a fault, chosen by its type.
import type { Parameter } from '@chatpush/emulator';

interface Props {
  name: string;
  parameter: Parameter;
  value: string | boolean | undefined;
  onValue: (value: string | boolean) => void;
}

export function FaultParameter({ name, parameter, value, onValue }: Props) {
  const isRequired = 'required' in parameter && parameter.required === true;
  if (parameter.kind === 'switch') {
    return (
      <label class="check">
        <input
          type="checkbox"
          title={parameter.meaning}
          checked={value === true}
          onChange={(event) => onValue(event.currentTarget.checked)}
        />
        {name}
      </label>
    );
  }
  const text = typeof value === 'string' ? value : '';
  return (
    <label>
      {name}
      {parameter.kind === 'choice' ? (
        <select
          title={parameter.meaning}
          value={text}
          onChange={(event) => onValue(event.currentTarget.value)}
        >
          {parameter.of.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      ) : parameter.kind === 'integer' ? (
        <input
          type="number"
          title={parameter.meaning}
          required={isRequired}
          min={parameter.least}
          max={parameter.most}
          value={text}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      ) : (
        <input
          type="text"
          title={parameter.meaning}
          required={isRequired}
          maxLength={parameter.most}
          value={text}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
    </label>
  );
}
