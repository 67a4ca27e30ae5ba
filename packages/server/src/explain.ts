// Reasons and gateways' answers in plain words, for whatever shows them to people; runs anywhere.
export { explainReason } from './delivery/log-reason.ts';
export { diagnose } from './doctor/diagnoses.ts';
export type { Diagnosis } from './doctor/diagnoses.ts';
