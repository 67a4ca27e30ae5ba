// Every view has an address after the `#`. Links to a view work no matter what serves the page, and the server never sees an id.

export type Address =
  | {
      view: 'phones';
      /** Show only phones whose name, app or texts contain it. */
      find?: string;
      /** The open notification. */
      notification?: { deviceToken: string; n: number };
      /** The open request. */
      request?: number;
    }
  | { view: 'contacts'; contactId?: string; instanceId?: string }
  | DeliveriesAddress
  | { view: 'search'; text: string }
  /** `alert`: the alert whose section of Troubleshooting is open. */
  | { view: 'health'; alert?: string }
  | { view: 'applications' | 'faults' };

/** Of the instance that is chosen, where it names none. */
export interface DeliveriesAddress {
  view: 'deliveries';
  /** The delivery that is open. */
  deliveryId?: string;
  instanceId?: string;
  status?: string;
  reason?: string;
  applicationArn?: string;
  deviceType?: string;
  /** ISO 8601 */
  from?: string;
  to?: string;
}

const numberIn = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // typed by hand
  }
}

/** The view that `location.hash` names, or the phones if it names none. */
export function parseAddress(hash: string): Address {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [view = '', ...parts] = path.split('/').map(decoded);
  const parameters = new URLSearchParams(query);
  switch (view) {
    case 'contacts':
      return {
        view,
        contactId: parts[0] || undefined,
        instanceId: parameters.get('instance') ?? undefined,
      };
    case 'deliveries': {
      const given = (name: string): string | undefined => parameters.get(name) || undefined;
      return {
        view,
        deliveryId: parts[0] || undefined,
        instanceId: given('instance'),
        status: given('status'),
        reason: given('reason'),
        applicationArn: given('application'),
        deviceType: given('channel'),
        from: given('from'),
        to: given('to'),
      };
    }
    case 'search':
      return { view, text: parts[0] ?? '' };
    case 'health':
      return { view, alert: parts[0] || undefined };
    case 'applications':
    case 'faults':
      return { view };
    case 'requests':
      return { view: 'phones', find: parameters.get('find') ?? undefined, request: numberIn(parts[0]) };
    default: {
      const find = parameters.get('find') ?? undefined;
      const [deviceToken, number] = parts;
      const n = numberIn(number);
      if (deviceToken === undefined || n === undefined) return { view: 'phones', find };
      return { view: 'phones', find, notification: { deviceToken, n } };
    }
  }
}

const at = (parts: readonly (string | number)[], query: Record<string, string | undefined> = {}): string => {
  const given = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const path = `#/${parts.map(encodeURIComponent).join('/')}`;
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
};

export function hrefOf(address: Address): string {
  switch (address.view) {
    case 'phones': {
      const { notification, request, find } = address;
      if (notification !== undefined)
        return at(['phones', notification.deviceToken, notification.n], { find });
      return request === undefined ? at(['phones'], { find }) : at(['requests', request], { find });
    }
    case 'contacts': {
      const { contactId, instanceId } = address;
      return contactId === undefined
        ? at(['contacts'])
        : at(['contacts', contactId], { instance: instanceId });
    }
    case 'deliveries': {
      const { deliveryId, instanceId, status, reason, applicationArn, deviceType, from, to } = address;
      return at(deliveryId === undefined ? ['deliveries'] : ['deliveries', deliveryId], {
        instance: instanceId,
        status,
        reason,
        application: applicationArn,
        channel: deviceType,
        from,
        to,
      });
    }
    case 'search':
      return at(['search', address.text]);
    case 'health':
      return at(address.alert === undefined ? ['health'] : ['health', address.alert]);
    case 'applications':
    case 'faults':
      return at([address.view]);
  }
}

/** Opens a view. With `replace`, the Back button skips the current view. */
export function go(address: Address, how?: 'replace'): void {
  if (how === 'replace') location.replace(hrefOf(address));
  else location.hash = hrefOf(address);
}
