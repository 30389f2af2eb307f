/**
 * The demo fleet program: `node dist/fleet.mjs`. Reads FAIRLEAD_HOME/fleet/plan.json; PUBLIC_MQTT_URL, when set, is where
 * the broker is now. Ends in order on SIGTERM, SIGINT, and when the program that started it is gone.
 */
import { resolve } from 'node:path';
import { createStderrPrint } from '#/agent/agent-log';
import { startFleet } from './fleet/run-fleet';

const print = createStderrPrint('info');
const home = process.env.FAIRLEAD_HOME || '.fairlead';
const fleet = startFleet({
  planFile: resolve(home, 'fleet', 'plan.json'),
  mqttUrl: process.env.PUBLIC_MQTT_URL || null,
  onPlan(gateways) {
    print('info', `fleet: ${gateways} simulated gateways are switched on`);
    process.send?.({ ready: true, gateways });
  },
  onError: (message) => print('error', `fleet: ${message}`),
});

const STOP_LIMIT_MS = 10_000;
let stopping = false;
function stop(): void {
  if (stopping) return;
  stopping = true;
  // Journals and outboxes are on disk: an end that hangs is no better than a kill.
  setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
  fleet.stop().then(
    () => process.exit(0),
    (error: unknown) => {
      print('error', `fleet: did not stop in order: ${error instanceof Error ? error.message : error}`);
      process.exit(1);
    },
  );
}
process.once('SIGTERM', stop).once('SIGINT', stop);
if (process.send) process.once('disconnect', stop);
