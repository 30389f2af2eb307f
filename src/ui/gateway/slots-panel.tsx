import { formatBytes } from '../clock/format';
import { CopyId } from '../kit/copy-id';
import { cx } from '../kit/class-names';
import { Mark, type Priority } from '../kit/mark';
import { Panel } from '../kit/panel';
import { EmptyState } from '../kit/states';
import type { Gateway } from './gateway-header';

type Slot = Gateway['slots'][number];

const STATE: Record<string, { label: string; priority: Priority }> = {
  healthy: { label: 'Healthy', priority: 'none' },
  ready: { label: 'Ready', priority: 'none' },
  empty: { label: 'Empty', priority: 'none' },
  writing: { label: 'Being written', priority: 'info' },
  degraded: { label: 'Degraded', priority: 'p3' },
  failed: { label: 'Failed', priority: 'p1' },
};

/** Slots A and B side by side: what each holds, which one runs, and which one boots next. */
export function SlotsPanel({ gateway }: { gateway: Gateway }) {
  const { slots } = gateway;
  return (
    <Panel title="Slots" aside={gateway.bootloader ? `bootloader ${gateway.bootloader}` : undefined} flush>
      {slots.length === 0 ? (
        <EmptyState title="Not reported yet">The gateway tells its slots when it connects for the first time.</EmptyState>
      ) : (
        <div className="grid grid-cols-2 divide-x divide-line">
          {slots.map((slot) => (
            <SlotCard key={slot.id} slot={slot} />
          ))}
        </div>
      )}
    </Panel>
  );
}

function SlotCard({ slot }: { slot: Slot }) {
  const { label, priority } = STATE[slot.status] ?? { label: slot.status, priority: 'none' as const };
  const share = slot.sizeBytes === 0 ? 0 : slot.usedBytes / slot.sizeBytes;
  return (
    <section aria-label={`Slot ${slot.id}`} className={cx('flex min-w-0 flex-col gap-1.5 p-3', slot.active && 'bg-raised')}>
      <div className="flex flex-wrap items-baseline justify-between gap-x-2">
        <h3 className="text-base font-semibold">
          {slot.id}
          <span className="pl-2 text-xs font-normal text-muted">{slot.active ? 'running' : 'inactive'}</span>
        </h3>
        <span className="text-xs">
          {slot.nextBoot ? (
            <span className={slot.active ? undefined : 'text-info'}>
              <span aria-hidden>→ </span>next boot
            </span>
          ) : (
            <span className="text-muted">fall-back</span>
          )}
        </span>
      </div>
      <p className="font-mono text-sm break-all">{slot.version ?? <span className="text-muted">no version</span>}</p>
      <p className="flex min-h-6 flex-wrap items-center gap-x-3 text-xs">
        <Mark priority={priority}>{label}</Mark>
        <span className="text-muted">health {slot.health}</span>
      </p>
      <div>
        <div aria-hidden className="h-1.5 overflow-hidden rounded-sm border border-line bg-sunken">
          <div className="h-full origin-left bg-data-2" style={{ transform: `scaleX(${Math.min(1, share)})` }} />
        </div>
        <p className="tabular pt-0.5 text-xs text-muted">
          {formatBytes(slot.usedBytes)} of {formatBytes(slot.sizeBytes)}
        </p>
      </div>
      <p className="tabular text-xs text-muted">
        {slot.bootCount} {slot.bootCount === 1 ? 'boot' : 'boots'}
      </p>
      <p className="min-h-6 text-xs">
        {slot.sha256 ? <CopyId value={slot.sha256} shown={slot.sha256.slice(0, 12)} label={`SHA-256 of slot ${slot.id}`} /> : null}
      </p>
    </section>
  );
}
