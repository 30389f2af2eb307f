import type { FleetLink } from '#/domain/gateways/fleet-link';
import { formatAge } from '../clock/format';

/** What is wrong between server and fleet, and for how long (null: always). Null while all is well. */
export function fleetLinkFault(link: FleetLink, nowMs: number): { fact: string; age: string | null } | null {
  const age = link.since === null ? null : formatAge(nowMs - link.since.getTime());
  if (link.controller === 'silent') return { fact: age === null ? 'No controller has ever reported' : 'No controller has reported', age };
  return link.broker === 'connected' ? null : { fact: 'The controller has no connection to the broker', age };
}
