// The options of a list of applications: their names, with their ARNs as values.
import { applicationName } from '../words.ts';

export function ApplicationOptions({ arns }: { arns: readonly string[] }) {
  return (
    <>
      {arns.map((arn) => (
        <option key={arn} value={arn}>
          {applicationName(arn)}
        </option>
      ))}
    </>
  );
}
