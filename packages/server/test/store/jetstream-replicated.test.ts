import { jetStreamConformance } from './jetstream-conformance.ts';

jetStreamConformance(3);
