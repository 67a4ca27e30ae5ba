// What the operations need from the rest of the service.
import type { Associations } from '../applications/associations.ts';
import type { Clock } from '../clock.ts';
import type { DeviceType } from '../contact/document.ts';
import type { ContactSettings } from '../contact/settings.ts';
import type { ChannelFingerprint } from '../contact/suspension.ts';
import type { SendDirect } from '../delivery/direct.ts';
import type { Notify } from '../delivery/notify.ts';
import type { ContactChanges } from '../store/contact-change.ts';
import type { Store } from '../store/store.ts';
import type { ApplicationDependencies } from './applications/application.ts';
import type { Directory } from './directory.ts';
import type { PageTokens } from './page-token.ts';
import type { ParticipantKeys } from './participant-token.ts';

/** The doctor's finding. */
export interface ChannelVerdict {
  readonly state: 'healthy' | 'broken' | 'unclear';
  readonly answer: string;
  readonly says: string;
  readonly cure?: string;
}

export interface OperationDependencies extends ApplicationDependencies {
  readonly store: Store;
  readonly changes: ContactChanges;
  readonly clock: Pick<Clock, 'now'>;
  readonly directory: Directory;
  readonly associations: Associations;
  readonly settings: ContactSettings;
  readonly notify: Notify;
  readonly fingerprintOf: ChannelFingerprint;
  readonly sendDirect: SendDirect;
  readonly participantKeys: ParticipantKeys;
  readonly pageTokens: PageTokens;
  /** Why a channel cannot send now; undefined: it can, as far as is known. */
  readonly outageOf: (
    applicationArn: string,
    deviceType: string,
  ) => { readonly reason: string; readonly answer: string } | undefined;
  /** What a gateway says about a channel now; undefined: the application has no such channel. */
  readonly examineChannel: (
    applicationArn: string,
    deviceType: DeviceType,
  ) => Promise<ChannelVerdict | undefined>;
  /** The payload that each channel of an application would send. */
  readonly previewPush: (
    applicationArn: string,
    push: {
      readonly title: string;
      readonly body: string;
      readonly data: Readonly<Record<string, string>>;
      readonly ttlMs: number;
    },
  ) => readonly { readonly deviceType: DeviceType; readonly payload: string }[];
  /** Why an instance may not add a registration. */
  readonly registrationRefusal: (instanceId: string) => Promise<string | undefined>;
  /**
   * Called when a registration was deleted or a delivery withdrawn, before the call is answered: no attempt for it
   * begins from then on.
   */
  readonly onRevoked: (registrationOrDeliveryId: string) => void;
  /** Called when the store has new work. */
  readonly onWork: () => void;
}
