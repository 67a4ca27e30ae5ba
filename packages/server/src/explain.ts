// Reasons and gateway answers in plain words, for any program that shows them to people. Has no dependencies on
// Node.
export { explainReason } from './delivery/log-reason.ts';
export { diagnose } from './doctor/diagnoses.ts';
export type { Diagnosis } from './doctor/diagnoses.ts';
