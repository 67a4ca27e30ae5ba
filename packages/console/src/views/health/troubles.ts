// What is wrong, in sentences that say what to do. Pure.
import type { Health } from './use-health.ts';

export function troublesOf({ ready, checks, figures }: Health): string[] {
  const troubles = Object.entries(checks)
    .filter(([, state]) => state !== 'ok')
    .map(([name, state]) => `${name}: ${state}.`);
  if (!ready && troubles.length === 0) troubles.push('The service says that it is not ready, and not why.');
  for (const { gateway, isClosed, doubted, reasons } of figures.gateways) {
    const most = reasons[0]?.[0];
    if (isClosed)
      troubles.push(
        `The breaker of ${gateway} is open: it fails or refuses the credential${most ? `, last with ${most} most often` : ''}. Nothing is lost; deliveries wait until a probe succeeds. chatpush doctor says what to correct.`,
      );
    if (doubted > 0)
      troubles.push(
        `${gateway} refused ${doubted} device tokens at once, so none of them is believed yet. Where this lasts, the channel has the wrong topic, project or environment: run chatpush doctor.`,
      );
  }
  if (figures.storeFailures > 0)
    troubles.push(
      `The store has failed ${figures.storeFailures} times since this node started; what failed is tried again. The log says why.`,
    );
  return troubles;
}
