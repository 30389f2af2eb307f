import type { SparkPoint } from '../kit/sparkline';

const SPAN_MS = 600_000;
/** Rows come every ten seconds, and late ones a little later. */
const GAP_MS = 25_000;

/** Points of the ten minutes until now, with gaps where nothing was reported, also at either end. */
export function linePoints(figures: readonly SparkPoint[], nowMs: number): SparkPoint[] {
  const points: SparkPoint[] = [{ atMs: nowMs - SPAN_MS, value: null }];
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const figure of figures) {
    if (figure.atMs <= nowMs - SPAN_MS || figure.atMs > nowMs) continue;
    if (figure.atMs - lastMs > GAP_MS && lastMs > 0) points.push({ atMs: lastMs + 1, value: null });
    points.push(figure);
    lastMs = figure.atMs;
  }
  return [...points, { atMs: nowMs, value: null }];
}
