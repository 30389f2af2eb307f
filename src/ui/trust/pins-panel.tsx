import { Mark } from '../kit/mark';
import { Panel } from '../kit/panel';
import type { TrustState } from './trust-page';

/** How many gateways pin which version of the key set. */
export function PinsPanel({ trust: { pins, silent, version } }: { trust: TrustState }) {
  return (
    <Panel title="Pinned by gateways" aside={version === null ? 'no key may sign releases' : `the keyring is version ${version}`}>
      <ul className="flex flex-col gap-1 text-sm">
        {pins.map((one) => (
          <li key={one.version} className="flex flex-wrap items-baseline gap-x-3">
            <span className="w-14 text-right tabular-nums">{one.gateways}</span>
            {one.version === 0 ? (
              <Mark priority="p3">no pinned keys: unsigned images too</Mark>
            ) : one.version < (version ?? 0) ? (
              <Mark priority="info">key set {one.version}, older than the keyring</Mark>
            ) : (
              <Mark priority="none">key set {one.version}</Mark>
            )}
          </li>
        ))}
        {silent > 0 && (
          <li className="flex flex-wrap items-baseline gap-x-3">
            <span className="w-14 text-right tabular-nums">{silent}</span>
            <span className="text-muted">have not said yet</span>
          </li>
        )}
      </ul>
      <p className="pt-2 text-xs text-muted">
        Fairlead cannot change what a gateway pins. A new set is signed by a release key that is pinned now and then sent with “fairlead
        trust rotate”.
      </p>
    </Panel>
  );
}
