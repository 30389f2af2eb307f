/** A UPS through Network UPS Tools: asks its server with the `upsc` client and reads what that prints. */
import { execFile } from 'node:child_process';
import type { Clock } from '../ports';
import { parseReading, type SignalSource, type SignalValue } from './signal-source';

export type NutOptions = {
  name: string;
  /** As upsc takes it: ups[@host[:port]]. */
  ups: string;
  upsc: string;
  timeoutMs: number;
};

const MOST_BYTES = 65_536;
/** The load is not protected, whatever the battery holds. */
const UNPROTECTED = ['OFF', 'BYPASS'];

export function createNutSource({ name, ups, upsc, timeoutMs }: NutOptions, clock: Clock): SignalSource {
  return {
    name,
    timeoutMs,
    read(signal) {
      const askedAtMs = clock.nowMs();
      return new Promise((resolve, reject) => {
        execFile(upsc, [ups], { signal, encoding: 'utf8', maxBuffer: MOST_BYTES }, (error, stdout, stderr) => {
          // "Error: Data stale" when the driver has lost the UPS: no value, however well the last one looked.
          if (error) return reject(new Error(stderr.trim().split('\n').at(-1) || error.message));
          try {
            resolve(parseReading({ ups_battery: upsFromVariables(parseVariables(stdout)) }, askedAtMs));
          } catch (wrong) {
            reject(wrong);
          }
        });
      });
    },
  };
}

/** `battery.charge: 97` a line. */
export function parseVariables(text: string): Map<string, string> {
  const lines = text.split('\n').flatMap((line) => {
    const colon = line.indexOf(': ');
    return colon < 0 ? [] : [[line.slice(0, colon).trim(), line.slice(colon + 2).trim()] as const];
  });
  return new Map(lines);
}

/** Throws when the UPS does not say what is needed, or does not protect the load. */
export function upsFromVariables(variables: ReadonlyMap<string, string>): SignalValue<'ups_battery'> {
  const status = (variables.get('ups.status') ?? '').split(/\s+/).filter((word) => word !== '');
  const levelPercent = numberOf(variables.get('battery.charge'));
  const unprotected = status.find((word) => UNPROTECTED.includes(word));
  if (unprotected !== undefined) throw new Error(`the UPS does not protect the gateway: ${unprotected}`);
  if (levelPercent === null || !(status.includes('OL') || status.includes('OB'))) {
    throw new Error('the UPS does not tell battery.charge and ups.status');
  }
  // LB and FSD: the UPS itself says that its battery is at its end.
  const atEnd = status.includes('LB') || status.includes('FSD');
  const runtimeSeconds = atEnd ? 0 : numberOf(variables.get('battery.runtime'));
  return { levelPercent, onBattery: status.includes('OB'), runtimeSeconds };
}

function numberOf(text: string | undefined): number | null {
  const value = text === undefined || text === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}
