// The contract of a gateway: one credential at one push service, real or emulated.
//
// A gateway never queues and never retries: it says how many attempts may begin now, begins one when told, and reports
// what became of it. Waiting, repeating and giving up belong to delivery/.

/** What the phone should get. Keys and values are the application's; a gateway only wraps and fits them. */
export interface Push {
  /** The identity of every attempt: `apns-id` and collapse id on APNs. Canonical lower-case UUID. */
  readonly deliveryId: string;
  readonly deviceToken: string;
  readonly title: string;
  /** Shortened at a grapheme boundary, with `…`, until the whole payload fits. */
  readonly body: string;
  /** Custom keys beside title and body, in this order: `initialContactId`, `messageId`, …; never `aps`, `title` or `body`. */
  readonly data: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch after which nobody wants it any more. */
  readonly expiresAt: number;
  /** FCM looks at the message and shows nothing. APNs knows no such thing. */
  readonly validateOnly?: true;
}

/** A push whose payload the caller made: it takes nothing of the application's look. */
export interface DirectPush extends Pick<Push, 'deliveryId' | 'deviceToken' | 'expiresAt'> {
  /** JSON text: on APNs the payload; on FCM the message without its target, `{"data":…,"android":…}`. */
  readonly payload: string;
  /** APNs only, as are the two below. Default `alert`. */
  readonly pushType?: 'alert' | 'background';
  readonly priority?: '5' | '10';
  /** Default: the delivery id. */
  readonly collapseId?: string;
}

/** What the answer says about the thing that was refused; delivery/ decides what to do with it. */
export type Verdict =
  /** This message is wrong; nothing else is. */
  | 'message'
  /** The device token is dead for good (FCM UNREGISTERED; APNs 410, see `deadSince`). */
  | 'token-dead'
  /** The device token is wrong or of another environment: suspend, remove nothing. */
  | 'token-suspect'
  /** Key, team, topic, project, or what stands on the way there: nothing can work until somebody changes something. */
  | 'credential'
  /** This one device gets too much. */
  | 'device-busy'
  /** The gateway is overloaded or broken. */
  | 'gateway-busy'
  /** Repeat at once (a fresh provider token or connection has been prepared). */
  | 'again';

/**
 * What an attempt ended in. `accepted`, `rejected`: the gateway said so. `unsent`: it surely did not process the request,
 * which may be repeated freely. `unknown`: HEADERS left and no answer of the gateway came; may be repeated under the same
 * identity.
 */
export type Outcome =
  | { readonly kind: 'accepted'; readonly answer: string; readonly ms: number }
  | {
      readonly kind: 'rejected';
      readonly verdict: Verdict;
      /** Status and reason in the gateway's words, such as `410 Unregistered`. */
      readonly answer: string;
      /** The reason alone: `Unregistered`, `QUOTA_EXCEEDED`. */
      readonly reason: string;
      /** The gateway's own sentence for people, where it gives one. */
      readonly detail?: string;
      /** Milliseconds since the epoch at which APNs knew the token dead (410 only). */
      readonly deadSince?: number;
      /** From `Retry-After`, milliseconds. */
      readonly retryAfterMs?: number;
      readonly ms: number;
    }
  | { readonly kind: 'unsent'; readonly answer: string; readonly ms: number }
  | { readonly kind: 'unknown'; readonly answer: string; readonly ms: number };

/** Why a gateway cannot begin attempts: shown to the operator, and what a lane's breaker opens on. */
export interface Trouble {
  /** `connection`: cannot reach it. `credential`: it refuses us, or we have nothing valid to show. */
  readonly about: 'connection' | 'credential';
  readonly answer: string;
}

export interface Gateway {
  /** `apns`, `apns-sandbox`, `fcm`; with ` (emulated)` behind it where that is so. */
  readonly name: string;
  /** How many attempts may begin in this very tick. */
  readonly credit: number;
  /** Says how many attempts wait, so that connections are opened for them. Cheap; call it whenever that number changes. */
  want(attempts: number): void;
  /** Begins an attempt: HEADERS leave in this tick. Only with `credit > 0`; without, it answers `unsent`. Never rejects. */
  attempt(push: DirectPush | Push): Promise<Outcome>;
  /** Lets running attempts finish for at most `graceMs`, then destroys what is left (those become `unknown`). */
  close(graceMs: number): Promise<void>;
}

/** How a gateway reports to its owner. Calls are synchronous and must not throw. */
export interface GatewayEvents {
  /** Credit rose: look again. Told once for all that happened in one turn of the event loop. */
  credit(): void;
  /** Connecting or authenticating failed (it goes on trying, with back-off, while attempts are wanted); undefined: it works again. */
  trouble(trouble: Trouble | undefined): void;
}
