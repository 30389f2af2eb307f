/** The way from a demo gateway to the server as a function of time: fibre, a Wi-Fi mesh with drop-outs, or metered LTE. */
import type { FleetGateway } from '#/protocol/demo/fleet-plan';
import { between, driftAt, noiseAt } from '#/agent/crane-script/noise';

export type LinkProfile = FleetGateway['link'];
export type LinkState = { up: boolean; rttMs: number; lossPercent: number };

const MINUTE_MS = 60_000;
/** A mesh is gone for a while in about half of the spells of this length. */
const SPELL_MS = 16 * MINUTE_MS;
/** Before and after a drop-out the radio is at its edge. */
const EDGE_MS = 15_000;
/** Bytes per second, least and most. An image of 4 MB takes about 10 s, 20 s or 30 s. */
const SPEED: Record<LinkProfile, [number, number]> = { fibre: [360_000, 460_000], mesh: [170_000, 260_000], lte: [110_000, 160_000] };

export function speedOf(profile: LinkProfile, seed: number): number {
  return Math.round(between(...SPEED[profile], noiseAt(seed, 31)));
}

export function linkAt(profile: LinkProfile, seed: number, timeMs: number): LinkState {
  const quick = driftAt(seed, 32, timeMs, 7_000);
  switch (profile) {
    case 'fibre':
      return { up: true, rttMs: round(between(4, 7, quick)), lossPercent: 0 };
    case 'lte':
      return { up: true, rttMs: round(between(55, 190, quick)), lossPercent: round(between(0, 1.5, driftAt(seed, 33, timeMs, 20_000))) };
    case 'mesh':
      return meshAt(seed, timeMs, quick);
  }
}

function meshAt(seed: number, timeMs: number, quick: number): LinkState {
  const shiftedMs = timeMs + noiseAt(seed, 34) * SPELL_MS;
  const spell = Math.floor(shiftedMs / SPELL_MS);
  const intoMs = shiftedMs - spell * SPELL_MS;
  const startMs = between(2 * MINUTE_MS, 10 * MINUTE_MS, noiseAt(seed, 35, spell));
  const endMs = startMs + between(45_000, 150_000, noiseAt(seed, 36, spell));
  const dropsOut = noiseAt(seed, 37, spell) < 0.5;
  if (dropsOut && intoMs >= startMs && intoMs < endMs) return { up: false, rttMs: 0, lossPercent: 100 };
  if (dropsOut && intoMs >= startMs - EDGE_MS && intoMs < endMs + EDGE_MS) {
    return { up: true, rttMs: round(between(180, 420, quick)), lossPercent: round(between(6, 18, quick)) };
  }
  return {
    up: true,
    rttMs: round(between(12, 180, quick * quick)),
    lossPercent: round(between(1, 4.6, driftAt(seed, 38, timeMs, 15_000))),
  };
}

const round = (value: number) => Math.round(value * 10) / 10;
