/** Signals that the agent measures itself: the way to the server and the room on the data partition. */
import { statfs } from 'node:fs/promises';
import type { LinkQuality } from '../link/link-quality';
import type { Clock } from '../ports';
import type { SignalSource } from './signal-source';

export function createNetworkSource(quality: LinkQuality, clock: Clock): SignalSource {
  return {
    name: 'agent: MQTT session',
    async read() {
      return { network_connectivity: { value: quality.measure(), sampledAtMs: clock.nowMs() } };
    },
  };
}

/** Room that an ordinary user may still fill. */
export function createDiskSource(folder: string, clock: Clock): SignalSource {
  return {
    name: 'agent: data partition',
    async read() {
      const { bavail, blocks, bsize } = await statfs(folder);
      return { disk_space: { value: { freeBytes: bavail * bsize, totalBytes: blocks * bsize }, sampledAtMs: clock.nowMs() } };
    },
  };
}
