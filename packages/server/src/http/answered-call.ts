// What is known of a call once it was answered, for logs, the audit and metrics.
import type { ErrorName } from '@chatpush/wire';

export interface AnsweredCall {
  readonly operation: string | undefined;
  readonly requestId: string;
  readonly status: number;
  /** The error in the answer. */
  readonly error: ErrorName | undefined;
  /** The access key that was proven to make the call. */
  readonly accessKeyId: string | undefined;
  readonly instanceId: string | undefined;
  readonly named: Named | undefined;
  /** The caller's address. */
  readonly address: string;
  /** The `Authorization` header, or the target if the signature is in the query. */
  readonly authorization: string;
}

/** The members of input and output that identify what a call is about: no tokens, no texts. */
export interface Named {
  readonly contactId?: string | undefined;
  readonly registrationId?: string | undefined;
  readonly deliveryId?: string | undefined;
  readonly application?: string | undefined;
}

interface Members {
  readonly ContactId?: string;
  readonly ContactConfiguration?: { readonly ContactId?: string };
  readonly RegistrationId?: string;
  readonly DeliveryId?: string;
  readonly PinpointAppArn?: string;
  readonly IntegrationArn?: string;
  readonly ResourceArn?: string;
  readonly ApplicationId?: string;
  readonly Arn?: string;
}

/** From the input, and from the output if there is one. */
export const namedIn = (input: Members, output: Members = {}): Named => ({
  contactId: input.ContactId ?? input.ContactConfiguration?.ContactId ?? output.ContactId,
  registrationId: input.RegistrationId ?? output.RegistrationId,
  deliveryId: input.DeliveryId,
  application:
    input.PinpointAppArn ?? input.IntegrationArn ?? input.ResourceArn ?? input.ApplicationId ?? output.Arn,
});
