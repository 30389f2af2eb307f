/** The background program: relay, ingest and loops on one broker connection. Several may run side by side. */
import { randomUUID } from 'node:crypto';
import { CONTROLLER_USER } from '#/server/enrolment/controller-credential';
import { cancelUnpermittedJobs, cancelWithdrawnJobs } from '#/server/releases/cancel-withdrawn-jobs';
import { inspectNextImage } from '#/server/uploads/inspect-next-image';
import { type IngestCounts, startIngest } from './ingest/start-ingest';
import { watchAlarms } from './alarms/watch-alarms';
import { startHeartbeat } from './loops/beat';
import { startDeltaBuilder } from './loops/build-deltas';
import { closeExpired } from './loops/close-expired';
import { closeOverrides } from './loops/close-overrides';
import { dispatchHeld } from './loops/dispatch-held';
import { distributePolicies } from './loops/distribute-policies';
import { enforceDeadlines } from './loops/enforce-deadlines';
import { forgetOld } from './loops/forget-old';
import { expireRecovery } from './loops/expire-recovery';
import { followWindows } from './loops/follow-windows';
import { orderNextWindows } from './loops/next-windows';
import { createSilenceWatch } from './loops/notice-silence';
import { offerDueGrants } from './loops/offer-due-grants';
import { runEvery } from './loops/run-every';
import { updateByItself } from './loops/update-by-itself';
import { openMqttLink } from './mqtt-link';
import { createSender } from './notifications/send-due';
import { startRelay } from './relay/start-relay';

export type ControllerOptions = {
  mqttUrl: string;
  /** controllerPassword(FAIRLEAD_SECRET) on the embedded broker. */
  mqttPassword: string;
  mqttUsername?: string;
  /** Shared subscriptions: only where the broker has them (Mosquitto, EMQX …; not the embedded one). */
  shared?: boolean;
  /** false: only what follows gateways and people; nothing is ordered, looked into or built of its own accord. */
  ownWork?: boolean;
};
export type Controller = { connected(): Promise<void>; counts(): IngestCounts; stop(): Promise<void> };

export function startController(options: ControllerOptions): Controller {
  const controllerId = randomUUID();
  const link = openMqttLink({
    mqttUrl: options.mqttUrl,
    username: options.mqttUsername ?? CONTROLLER_USER,
    password: options.mqttPassword,
    clientId: `fairlead-controller-${controllerId}`,
    shared: options.shared ?? false,
  });
  const ingest = startIngest(link);
  const parts = [
    ingest,
    startRelay(link),
    startHeartbeat(controllerId, link),
    runEvery('deadlines', 5000, () => enforceDeadlines()),
    runEvery('expiry', 15_000, () => closeExpired()),
    runEvery('silence', 10_000, createSilenceWatch(link.hearingSinceMs)),
    runEvery('overrides', 2000, () => closeOverrides()),
    runEvery('grants', 1000, () => offerDueGrants()),
    runEvery('policies', 5000, distributePolicies),
    runEvery('held jobs', 2000, dispatchHeld),
    runEvery('windows', 15_000, () => orderNextWindows()),
    runEvery('window edges', 10_000, followWindows),
    runEvery('alarms', 3000, () => watchAlarms()),
    startSending(),
    runEvery('recovery', 30_000, () => expireRecovery()),
    runEvery('withdrawn releases', 5000, async () => {
      await cancelWithdrawnJobs();
      await cancelUnpermittedJobs();
    }),
    runEvery('retention', 600_000, forgetOld),
    ...(options.ownWork === false ? [] : startOwnWork()),
  ];
  return {
    connected: link.connected,
    counts: ingest.counts,
    async stop() {
      await Promise.all(parts.map((part) => part.stop()));
      // Last: what was committed is still confirmed.
      await link.stop();
    },
  };
}

function startSending() {
  const sender = createSender();
  const loop = runEvery('notifications', 1000, () => sender.sendNew());
  return { stop: () => loop.stop().then(sender.settled) };
}

function startOwnWork() {
  return [runEvery('automatic updates', 15_000, () => updateByItself()), runEvery('images', 5000, inspectNextImage), startDeltaBuilder()];
}
