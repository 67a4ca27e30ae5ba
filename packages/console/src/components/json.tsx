// JSON, indented and highlighted.

/** A key with its colon, a string, or a number or literal. */
const TOKEN = /("(?:[^"\\]|\\.)*"\s*:)|("(?:[^"\\]|\\.)*")|(-?\d[\d.eE+-]*|true|false|null)/g;
const KINDS = ['key', 'text', 'word'] as const;

export function Json({ value }: { value: unknown }) {
  const text = JSON.stringify(value, undefined, 2);
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    parts.push(text.slice(end, match.index));
    const kind = KINDS[match.slice(1).findIndex((group) => group !== undefined)];
    parts.push(<span class={`json-${kind}`}>{match[0]}</span>);
    end = match.index + match[0].length;
  }
  parts.push(text.slice(end));
  return (
    <pre class="json">
      <code>{parts}</code>
    </pre>
  );
}
