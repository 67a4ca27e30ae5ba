// What is known of a call once it was answered, for those who keep account of calls.
import type { ErrorName } from '@chatpush/wire';

export interface AnsweredCall {
  readonly operation: string | undefined;
  readonly requestId: string;
  readonly status: number;
  /** The error that it was answered with. */
  readonly error: ErrorName | undefined;
  /** The key that was proved to make it. */
  readonly accessKeyId: string | undefined;
  readonly instanceId: string | undefined;
  readonly named: Named | undefined;
  /** The caller's. */
  readonly address: string;
  /** Its `Authorization` header, or its target where the signature is in the query. */
  readonly authorization: string;
}

/** The members of input and output by which it is known what a call is about: no token, no text. */
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

/** Of what was asked, and of what was answered, where it has been. */
export const namedIn = (input: Members, output: Members = {}): Named => ({
  contactId: input.ContactId ?? input.ContactConfiguration?.ContactId ?? output.ContactId,
  registrationId: input.RegistrationId ?? output.RegistrationId,
  deliveryId: input.DeliveryId,
  application:
    input.PinpointAppArn ?? input.IntegrationArn ?? input.ResourceArn ?? input.ApplicationId ?? output.Arn,
});
