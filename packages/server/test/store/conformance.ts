// The executable store contract. Every adapter runs it; the adapter's own test file contains this call and its regression tests.
import { describe } from 'node:test';
import { churnCases } from './conformance/churn.ts';
import { claimCases } from './conformance/claim.ts';
import { clockCases } from './conformance/clock.ts';
import { commitCases } from './conformance/commit.ts';
import { contactCases } from './conformance/contacts.ts';
import { dayCases } from './conformance/days.ts';
import { deliveryLogCases } from './conformance/deliveries.ts';
import { enqueueCases } from './conformance/enqueue.ts';
import { instanceLogCases } from './conformance/instance-log.ts';
import { modelCases } from './conformance/model.ts';
import { nodeCases } from './conformance/nodes.ts';
import { replayCases } from './conformance/replay.ts';
import { settingCases } from './conformance/settings.ts';
import { settleCases } from './conformance/settle.ts';
import { sweepCases } from './conformance/sweep.ts';
import { textCases } from './conformance/text.ts';
import type { Open } from './conformance/harness.ts';

export interface Adapter {
  readonly name: string;
  /** Opens an empty store. */
  readonly open: Open;
}

export function conformance({ name, open }: Adapter): void {
  describe(`the store contract on ${name}`, () => {
    contactCases(open);
    commitCases(open);
    enqueueCases(open);
    claimCases(open);
    settleCases(open);
    nodeCases(open);
    clockCases(open);
    dayCases(open);
    deliveryLogCases(open);
    instanceLogCases(open);
    replayCases(open);
    settingCases(open);
    sweepCases(open);
    textCases(open);
    churnCases(open);
    modelCases(open);
  });
}
