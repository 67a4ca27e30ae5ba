// One class per exception that an operation declares. https://docs.aws.amazon.com/connect/latest/APIReference/API_CreatePushNotificationRegistration.html
import { ChatpushError } from './chatpush-error.ts';

/** 403: the access key may not do this on this instance. Not repeated. */
export class AccessDeniedException extends ChatpushError {
  static override readonly exception = 'AccessDeniedException';
}

/** 410: there is no such contact. Not repeated. */
export class ContactNotFoundException extends ChatpushError {
  static override readonly exception = 'ContactNotFoundException';
}

/** 500: the service failed, for example because its store is away. Repeated by the client. */
export class InternalServiceException extends ChatpushError {
  static override readonly exception = 'InternalServiceException';
}

/**
 * 400: a parameter breaks a constraint, or a client token came back with other parameters. The message names every fault.
 * Thrown with `attempts` 0 and no `status` when the client sees it before sending anything. Not repeated.
 */
export class InvalidParameterException extends ChatpushError {
  static override readonly exception = 'InvalidParameterException';
}

/** 400: the parameters are well-formed and the request makes no sense. Not repeated. */
export class InvalidRequestException extends ChatpushError {
  static override readonly exception = 'InvalidRequestException';
}

/** 429: too many chats at once. Repeated by the client. */
export class LimitExceededException extends ChatpushError {
  static override readonly exception = 'LimitExceededException';
}

/** 404: there is no such instance, application, contact or registration, or the contact has ended. Not repeated. */
export class ResourceNotFoundException extends ChatpushError {
  static override readonly exception = 'ResourceNotFoundException';
}

/** 402: the contact has as many registrations as it may have. Not repeated: only a delete helps. */
export class ServiceQuotaExceededException extends ChatpushError {
  static override readonly exception = 'ServiceQuotaExceededException';
}

/** 429: too many calls. Repeated by the client, after the time that the service asks for. */
export class ThrottlingException extends ChatpushError {
  static override readonly exception = 'ThrottlingException';
}

/** By the name on the wire. */
export const EXCEPTIONS = {
  AccessDeniedException,
  ContactNotFoundException,
  InternalServiceException,
  InvalidParameterException,
  InvalidRequestException,
  LimitExceededException,
  ResourceNotFoundException,
  ServiceQuotaExceededException,
  ThrottlingException,
} as const satisfies { readonly [name: string]: typeof ChatpushError };
