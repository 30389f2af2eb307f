/** A simulated crane as a source of signals. */
import type { Clock } from '../ports';
import type { SignalSource } from '../signals/signal-source';
import { collisionAt, motionAt, steadyUpsAt, upsAt } from './crane-script';
import type { CraneScript } from './work-shift';

export function createScriptSource(crane: CraneScript & { weakUps: boolean; upsPercent: number | null }, clock: Clock): SignalSource {
  return {
    name: 'simulated crane',
    async read() {
      const sampledAtMs = clock.nowMs();
      const { seed, weakUps, upsPercent } = crane;
      const ups = upsPercent === null ? upsAt(seed, weakUps, sampledAtMs) : steadyUpsAt(seed, upsPercent, sampledAtMs);
      return {
        crane_motion: { value: motionAt(crane, sampledAtMs), sampledAtMs },
        acs_collision: { value: collisionAt(crane, sampledAtMs), sampledAtMs },
        ups_battery: { value: ups, sampledAtMs },
      };
    },
  };
}
