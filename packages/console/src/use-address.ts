// The address in the browser's location bar.
import { useEffect, useState } from 'preact/hooks';
import { parseAddress, type Address } from './address.ts';

export function useAddress(): Address {
  const [address, setAddress] = useState(() => parseAddress(location.hash));
  useEffect(() => {
    const follow = (): void => setAddress(parseAddress(location.hash));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return address;
}
