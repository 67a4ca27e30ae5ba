// One class per exception that an operation declares. https://docs.aws.amazon.com/connect/latest/APIReference/API_CreatePushNotificationRegistration.html
import { ChatpushError } from './chatpush-error.ts';

/** 403: the access key may not do this on this instance. Not retried. */
export class AccessDeniedException extends ChatpushError {
  static override readonly exception = 'AccessDeniedException';
}

/** 409: the resource is not in the state that the operation needs; the message says in which one it is. Not retried. */
export class ConditionalOperationFailedException extends ChatpushError {
  static override readonly exception = 'ConditionalOperationFailedException';
}

/** 410: there is no such contact. Not retried. */
export class ContactNotFoundException extends ChatpushError {
  static override readonly exception = 'ContactNotFoundException';
}

/** 500: the service failed, for example because its store is unavailable. Retried by the client. */
export class InternalServiceException extends ChatpushError {
  static override readonly exception = 'InternalServiceException';
}

/**
 * 400: a parameter breaks a constraint, or a client token was reused with other parameters. The message names every fault.
 * Thrown with `attempts` 0 and no `status` if the client finds the fault before it sends anything. Not retried.
 */
export class InvalidParameterException extends ChatpushError {
  static override readonly exception = 'InvalidParameterException';
}

/** 400: the parameters are well-formed, but the request makes no sense. Not retried. */
export class InvalidRequestException extends ChatpushError {
  static override readonly exception = 'InvalidRequestException';
}

/** 429: too many chats at once. Retried by the client. */
export class LimitExceededException extends ChatpushError {
  static override readonly exception = 'LimitExceededException';
}

/** 404: there is no such instance, application, contact or registration, or the contact has ended. Not retried. */
export class ResourceNotFoundException extends ChatpushError {
  static override readonly exception = 'ResourceNotFoundException';
}

/** 402: the contact has the maximum number of registrations. Not retried: delete one first. */
export class ServiceQuotaExceededException extends ChatpushError {
  static override readonly exception = 'ServiceQuotaExceededException';
}

/** 429: too many calls. Retried by the client after the delay the service asks for. */
export class ThrottlingException extends ChatpushError {
  static override readonly exception = 'ThrottlingException';
}

/** By their name on the wire. */
export const EXCEPTIONS = {
  AccessDeniedException,
  ConditionalOperationFailedException,
  ContactNotFoundException,
  InternalServiceException,
  InvalidParameterException,
  InvalidRequestException,
  LimitExceededException,
  ResourceNotFoundException,
  ServiceQuotaExceededException,
  ThrottlingException,
} as const satisfies { readonly [name: string]: typeof ChatpushError };
