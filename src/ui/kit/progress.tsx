import { cx } from './class-names';

/** A progress bar with its number; `null` per cent means that the extent is not known. Hatched when stale. */
export function Progress({
  label,
  percent,
  stale = false,
  className,
}: {
  label: string;
  percent: number | null;
  stale?: boolean;
  className?: string;
}) {
  const shown = percent === null ? null : Math.min(100, Math.max(0, percent));
  return (
    <div className={cx('flex items-center gap-2', className)}>
      <div
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={shown === null ? undefined : Math.round(shown)}
        className="relative h-2 min-w-6 flex-1 sm:min-w-16 overflow-hidden rounded-sm border border-line bg-sunken"
      >
        {/* Scaled, not resized: the browser moves it without laying the page out again. */}
        <div
          className={cx(
            'absolute inset-0 origin-left bg-info-fill transition-transform duration-300 ease-linear',
            shown === null && 'animate-pulse opacity-40',
          )}
          style={{ transform: `scaleX(${(shown ?? 100) / 100})` }}
        />
        {stale && <div className="hatched absolute inset-0" />}
      </div>
      <span aria-hidden className="tabular w-12 text-right whitespace-nowrap text-xs text-muted">
        {shown === null ? '…' : `${shown >= 99.95 || shown === 0 ? shown.toFixed(0) : shown.toFixed(1)} %`}
      </span>
    </div>
  );
}
