// The public API of @chatpush/wire: the protocol as data. No dependencies; runs anywhere.
export { ACTIONS, INSTANCE_ACTIONS, SERVICE_ACTIONS, actionOf, actionsNamed } from './actions.ts';
export { canonicalHeaders, canonicalPath, canonicalQuery, canonicalRequest } from './canonical.ts';
export type { CanonicalInput, HeaderLines } from './canonical.ts';
export { ERRORS, errorName } from './errors.ts';
export type { ErrorKind, ErrorName } from './errors.ts';
export { codePoints, utf8Bytes } from './length.ts';
export { membersElsewhere, operation, pathMembers } from './operation.ts';
export type { InputOf, Operation, OutputOf } from './operation.ts';
export { APPLICATION_OPERATIONS, OPERATIONS, PARTICIPANT_OPERATIONS } from './operations.ts';
export type {
  Input,
  OperationName,
  Output,
  ParticipantOperationName,
  ApplicationOperationName,
} from './operations.ts';
export { createReader, describeFaults } from './read.ts';
export type { Fault, Read, Reading, ReadOptions } from './read.ts';
export { createDecoder, createEncoder } from './request.ts';
export type { EncodedRequest, ReceivedRequest } from './request.ts';
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
  UnsupportedShape,
} from './shape.ts';
export {
  ALGORITHM,
  SERVICE,
  TERMINATOR,
  amzDate,
  authorizationHeader,
  canonicalText,
  scopeText,
  signingKeyChain,
  stringToSign,
} from './sigv4.ts';
export type { CanonicalParts, Scope } from './sigv4.ts';
export { decodeComponent, encodeComponent, encodePath } from './uri.ts';
