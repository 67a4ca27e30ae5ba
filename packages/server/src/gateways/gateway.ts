// The contract of a gateway: one credential at one push service, real or emulated.
//
// A gateway never queues and never retries: it says how many attempts may begin now, begins one when asked, and
// reports the result. Waiting, retrying and giving up belong to delivery/.

/** What the phone receives. Keys and values are the application's; a gateway only wraps them and makes them fit. */
export interface Push {
  /** Identifies every attempt: `apns-id` and collapse id on APNs. Canonical lower-case UUID. */
  readonly deliveryId: string;
  readonly deviceToken: string;
  readonly title: string;
  /** Shortened at a grapheme boundary and followed by `…` until the whole payload fits. */
  readonly body: string;
  /**
   * Custom keys besides title and body, in this order: `initialContactId`, `messageId`, …; never `aps`, `title` or
   * `body`.
   */
  readonly data: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch; the push is worthless after this. */
  readonly expiresAt: number;
  /** FCM checks the message and shows nothing. APNs has no equivalent. */
  readonly validateOnly?: true;
}

/** A push whose payload the caller built; the application's look does not apply. */
export interface DirectPush extends Pick<Push, 'deliveryId' | 'deviceToken' | 'expiresAt'> {
  /** JSON text: on APNs the payload; on FCM the message without its target, `{"data":…,"android":…}`. */
  readonly payload: string;
  /** APNs only, like the two below. Default `alert`. */
  readonly pushType?: 'alert' | 'background';
  readonly priority?: '5' | '10';
  /** Default: the delivery id. */
  readonly collapseId?: string;
}

/** What a refusal is about; delivery/ decides what to do with it. */
export type Verdict =
  /** Only this message is wrong. */
  | 'message'
  /** The device token is permanently invalid (FCM UNREGISTERED; APNs 410, see `deadSince`). */
  | 'token-dead'
  /** The device token is wrong or belongs to another environment: suspend the registration, do not remove it. */
  | 'token-suspect'
  /**
   * Key, team, topic, project, or something on the way to the gateway: nothing works until somebody changes
   * something.
   */
  | 'credential'
  /** This one device gets too many pushes. */
  | 'device-busy'
  /** The gateway is overloaded or broken. */
  | 'gateway-busy'
  /** Retry at once (a fresh provider token or connection has been prepared). */
  | 'again';

/**
 * The result of an attempt. `accepted`, `rejected`: the gateway said so. `unsent`: the gateway certainly did not
 * process the request, which may be repeated freely. `unknown`: HEADERS was sent and no answer of the gateway came;
 * it may be repeated with the same identity.
 */
export type Outcome =
  | { readonly kind: 'accepted'; readonly answer: string; readonly ms: number }
  | {
      readonly kind: 'rejected';
      readonly verdict: Verdict;
      /** Status and reason as the gateway gave them, such as `410 Unregistered`. */
      readonly answer: string;
      /** Only the reason: `Unregistered`, `QUOTA_EXCEEDED`. */
      readonly reason: string;
      /** The gateway's own explanation, if it gives one. */
      readonly detail?: string;
      /** Milliseconds since the epoch at which APNs learnt that the token is dead (410 only). */
      readonly deadSince?: number;
      /** From `Retry-After`, milliseconds. */
      readonly retryAfterMs?: number;
      readonly ms: number;
    }
  | { readonly kind: 'unsent'; readonly answer: string; readonly ms: number }
  | { readonly kind: 'unknown'; readonly answer: string; readonly ms: number };

/** Why a gateway cannot begin attempts: shown to the operator, and a reason for a lane's breaker to open. */
export interface Trouble {
  /** `connection`: the gateway cannot be reached. `credential`: it refuses us, or we have no valid credential. */
  readonly about: 'connection' | 'credential';
  readonly answer: string;
}

export interface Gateway {
  /** `apns`, `apns-sandbox`, `fcm`, followed by ` (emulated)` where it is. */
  readonly name: string;
  /** How many attempts may begin in this tick. */
  readonly credit: number;
  /**
   * Says how many attempts are waiting, so that connections are opened for them. Cheap; call it whenever that
   * number changes.
   */
  want(attempts: number): void;
  /**
   * Begins an attempt: HEADERS is sent in this tick. Only with `credit > 0`; otherwise the result is `unsent`.
   * Never rejects.
   */
  attempt(push: DirectPush | Push): Promise<Outcome>;
  /** Lets running attempts finish for at most `graceMs`, then destroys the rest (they become `unknown`). */
  close(graceMs: number): Promise<void>;
}

/** How a gateway reports to its owner. Calls are synchronous and must not throw. */
export interface GatewayEvents {
  /** Credit has increased. Called once for everything that happened in one turn of the event loop. */
  credit(): void;
  /**
   * Connecting or authenticating failed (the gateway retries with back-off while attempts are wanted); undefined:
   * it works again.
   */
  trouble(trouble: Trouble | undefined): void;
}
