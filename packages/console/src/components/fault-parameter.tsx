// One parameter of a fault, as the field that fits its kind.
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
      <label class="check" title={parameter.meaning}>
        <input
          type="checkbox"
          checked={value === true}
          onChange={(event) => onValue(event.currentTarget.checked)}
        />
        {name}
      </label>
    );
  }
  const text = typeof value === 'string' ? value : '';
  return (
    <label title={parameter.meaning}>
      {name}
      {parameter.kind === 'choice' ? (
        <select value={text} onChange={(event) => onValue(event.currentTarget.value)}>
          {parameter.of.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      ) : parameter.kind === 'integer' ? (
        <input
          type="number"
          required={isRequired}
          min={parameter.least}
          max={parameter.most}
          value={text}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      ) : (
        <input
          type="text"
          required={isRequired}
          value={text}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
    </label>
  );
}
