// The header fields of a request or a response.
export function HeaderFields({ headers }: { headers: Readonly<Record<string, string>> }) {
  return (
    <table class="headers">
      <tbody>
        {Object.entries(headers).map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
