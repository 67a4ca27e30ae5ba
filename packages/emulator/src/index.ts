// Apple's and Google's push gateways on your own machine, with phones to watch.
export type { ApnsAddress, Description, Emulator, EmulatorOptions, GatewayAddress } from './emulator.ts';
export type { CertifiedKey } from './certificates.ts';
export type { Clock } from './clock.ts';
export type { ApnsCredentials, Credentials, ServiceAccount } from './credentials.ts';
export type { EmulatorEvent } from './events.ts';
export { FaultRuleError } from './fault-rule-check.ts';
export type { FaultRuleProblem } from './fault-rule-check.ts';
export type { AppliedRule, FaultRule } from './fault-rule.ts';
export { FAULTS } from './faults.ts';
export type { FaultGateway, FaultKind, FaultName, Parameter } from './faults.ts';
export type { Duplicate } from './ledger.ts';
export type { DeviceType, Gateway, Notification } from './notification.ts';
export { WaitTimeoutError } from './phone.ts';
export type { Installed, Phone, PhoneState, Wanted } from './phone.ts';
export type { LoggedRequest, Said } from './logged-request.ts';
export type { Shown } from './screen.ts';
export { startEmulator } from './start-emulator.ts';
export type { ApnsKey, FcmAccount, Strict } from './strictness.ts';
