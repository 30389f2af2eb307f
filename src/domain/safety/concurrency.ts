/** Interlocks between gateways: nothing overrides them (safety design: Words, further interlocks). Pure. */
import type { Hold } from '../jobs/hold';
import { neighboursOf, type RailCrane } from './neighbours';
import type { SitePolicy } from './site-policy';

/** An O2–O4 operation that runs or may begin at any moment. */
export type RunningOperation = { craneId: string; gatewayId: string; label: string };
export type ConcurrencyQuestion = {
  /** The crane that the new operation is about, and its gateway. */
  craneId: string;
  gatewayId: string;
  /** All cranes of the site. */
  cranes: readonly RailCrane[];
  running: readonly RunningOperation[];
  limits: SitePolicy['concurrency'];
};

/** What stands in the way of one more operation; empty when nothing does. Most specific first. */
export function concurrencyHolds(question: ConcurrencyQuestion): Hold[] {
  const { craneId, gatewayId, cranes, limits } = question;
  const own = cranes.find((crane) => crane.id === craneId);
  const running = question.running.filter((one) => one.gatewayId !== gatewayId);
  const holds: Hold[] = [];
  const same = running.find((one) => one.craneId === craneId);
  if (same) holds.push(hold('another operation runs on the same crane', same.label));
  const neighbours = neighboursOf(cranes).get(craneId) ?? new Set();
  const beside = running.find((one) => neighbours.has(one.craneId));
  if (beside) holds.push(hold('an operation runs on the neighbouring crane', beside.label));
  // A crane that has an operation already takes no further place.
  const busy = new Set(running.map((one) => one.craneId).filter((id) => id !== craneId));
  if (own && own.blockId !== null) {
    const inBlock = cranes.filter((crane) => crane.blockId === own.blockId && busy.has(crane.id)).length;
    if (inBlock >= limits.cranesPerBlock) holds.push(full('block', inBlock, limits.cranesPerBlock));
  }
  const allowed = Math.max(1, Math.floor((cranes.length * limits.percentPerSite) / 100));
  if (busy.size >= allowed) holds.push(full('site', busy.size, allowed));
  return holds;
}

function hold(message: string, label: string): Hold {
  return {
    kind: 'concurrency',
    hard: true,
    message: `${message} (${label})`.slice(0, 400),
    clearsWhen: `${label} has ended`.slice(0, 400),
  };
}

function full(what: 'block' | 'site', value: number, limit: number): Hold {
  const cranes = (count: number) => `${count} crane${count === 1 ? '' : 's'}`;
  return {
    kind: 'concurrency',
    hard: true,
    value: cranes(value),
    limit: `≤ ${cranes(limit)} of a ${what} at once`,
    message: `${cranes(value)} of this ${what} are being updated; at most ${limit} may be at once`,
    clearsWhen: `an operation of this ${what} has ended`,
  };
}
