import { cx } from './class-names';

/** One value at an instant; null is a gap, drawn as one. */
export type SparkPoint = { atMs: number; value: number | null };

type SparklineProps = {
  label: string;
  points: readonly SparkPoint[];
  /** Limits drawn as lines: soft dashed, hard solid. */
  soft?: number | null;
  hard?: number | null;
  min?: number;
  max?: number;
  stale?: boolean;
  className?: string;
};

const WIDTH = 120;
const HEIGHT = 28;

/** A small line without axes, for a row or a bar; `label` says in words what it shows. */
export function Sparkline({ label, points, soft = null, hard = null, min, max, stale = false, className }: SparklineProps) {
  const values = points.flatMap((point) => (point.value === null ? [] : [point.value]));
  const limits = [soft, hard].filter((limit): limit is number => limit !== null);
  const low = min ?? Math.min(...values, ...limits);
  const high = max ?? Math.max(...values, ...limits);
  const from = points[0]?.atMs ?? 0;
  const span = Math.max(1, (points.at(-1)?.atMs ?? 1) - from);
  const x = (atMs: number) => ((atMs - from) / span) * WIDTH;
  const y = (value: number) => HEIGHT - 2 - ((value - low) / Math.max(1e-9, high - low)) * (HEIGHT - 4);
  let path = '';
  let pen = 'M';
  for (const point of points) {
    if (point.value === null) {
      pen = 'M';
      continue;
    }
    path += `${pen}${x(point.atMs).toFixed(1)} ${y(point.value).toFixed(1)}`;
    pen = 'L';
  }
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      className={cx('h-7 w-30', stale && 'opacity-50', className)}
    >
      {soft !== null && (
        <line
          x1="0"
          x2={WIDTH}
          y1={y(soft)}
          y2={y(soft)}
          stroke="var(--p2)"
          strokeWidth="1"
          strokeDasharray="3 2"
          vectorEffect="non-scaling-stroke"
        />
      )}
      {hard !== null && (
        <line x1="0" x2={WIDTH} y1={y(hard)} y2={y(hard)} stroke="var(--p1)" strokeWidth="1" vectorEffect="non-scaling-stroke" />
      )}
      {values.length > 0 && <path d={path} fill="none" stroke="var(--data-1)" strokeWidth="1.5" vectorEffect="non-scaling-stroke" />}
    </svg>
  );
}
