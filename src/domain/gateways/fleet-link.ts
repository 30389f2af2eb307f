/** Whether what the server knows of the fleet is of now: a controller reports, and it hears the broker. Pure. */

export type Heartbeat = { at: Date; brokerConnected: boolean; since: Date };
export type FleetLink = {
  controller: 'reporting' | 'silent';
  broker: 'connected' | 'disconnected' | 'unknown';
  /** Since when it is not as it should be; null while it is, and when no controller has ever reported. */
  since: Date | null;
};

/** Four beats that did not come. */
export const SILENT_AFTER_MS = 20_000;

/** One controller that reports and hears the fleet is enough. */
export function judgeFleetLink(heartbeats: readonly Heartbeat[], nowMs: number): FleetLink {
  const reporting = heartbeats.filter((one) => nowMs - one.at.getTime() < SILENT_AFTER_MS);
  if (reporting.length === 0) return { controller: 'silent', broker: 'unknown', since: newest(heartbeats.map((one) => one.at)) };
  if (reporting.some((one) => one.brokerConnected)) return { controller: 'reporting', broker: 'connected', since: null };
  // The last of them to lose the broker: until then one could still hear.
  return { controller: 'reporting', broker: 'disconnected', since: newest(reporting.map((one) => one.since)) };
}

function newest(times: readonly Date[]): Date | null {
  return times.length === 0 ? null : new Date(Math.max(...times.map((one) => one.getTime())));
}
