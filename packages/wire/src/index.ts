// The public surface of @chatpush/wire: what crosses the wire, as data. No dependency, runs anywhere.
export { ERRORS, errorName } from './errors.ts';
export type { ErrorKind, ErrorName } from './errors.ts';
export { membersElsewhere, operation, pathMembers } from './operation.ts';
export type { InputOf, Operation, OutputOf } from './operation.ts';
export { OPERATIONS, PARTICIPANT_OPERATIONS } from './operations.ts';
export type { Input, OperationName, Output, ParticipantOperationName } from './operations.ts';
export { pick } from './pick.ts';
export { decodeRequest, encodeRequest } from './request.ts';
export type { EncodedRequest } from './request.ts';
export type {
  BooleanShape,
  IntegerShape,
  ListShape,
  MapShape,
  MemberShapes,
  Shape,
  StringShape,
  StructureShape,
  TypeOf,
} from './shape.ts';
export {
  ALGORITHM,
  SERVICE,
  TERMINATOR,
  amzDate,
  authorizationHeader,
  canonicalHeaders,
  canonicalPath,
  canonicalQuery,
  canonicalRequest,
  scopeText,
  signingKeyChain,
  stringToSign,
} from './sigv4.ts';
export type { CanonicalInput, HeaderLines, Scope } from './sigv4.ts';
export { decodeComponent, encodeComponent } from './uri.ts';
export { codePoints, createValidate, describeFaults, utf8Bytes } from './validate.ts';
export type { Fault, Validate } from './validate.ts';
