/** A simulated crane as a source of signals. */
import type { Clock } from '../ports';
import type { SignalSource } from '../signals/signal-source';
import { collisionAt, motionAt, upsAt } from './crane-script';
import type { CraneScript } from './work-shift';

export function createScriptSource(crane: CraneScript & { weakUps: boolean }, clock: Clock): SignalSource {
  return {
    name: 'simulated crane',
    async read() {
      const sampledAtMs = clock.nowMs();
      return {
        crane_motion: { value: motionAt(crane, sampledAtMs), sampledAtMs },
        acs_collision: { value: collisionAt(crane, sampledAtMs), sampledAtMs },
        ups_battery: { value: upsAt(crane.seed, crane.weakUps, sampledAtMs), sampledAtMs },
      };
    },
  };
}
