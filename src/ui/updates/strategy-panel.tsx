'use client';
import { INSTALL_STRATEGIES, type InstallStrategy } from '#/domain/jobs/job-options';
import { cx } from '../kit/class-names';
import { CheckField, TextField } from '../kit/field';
import { Panel } from '../kit/panel';
import { STRATEGY_WORDS } from '../settings/setting-words';
import { MAX_DELAY_SECONDS, soundDelay, type UpdateState } from './update-page-state';

type Props = { state: UpdateState; strategy: InstallStrategy; onChange: (next: Partial<UpdateState>) => void };

/** When it happens, and whether the gateway reboots. */
export function StrategyPanel({ state, strategy, onChange }: Props) {
  return (
    <Panel title="2 · When and how">
      <div className="flex flex-col gap-3">
        <fieldset className="grid gap-2 md:grid-cols-2">
          <legend className="sr-only">Strategy</legend>
          {INSTALL_STRATEGIES.map((option) => (
            <label
              key={option}
              className={cx(
                'grid cursor-pointer grid-cols-[1.5rem_minmax(0,1fr)] max-md:grid-cols-[2rem_minmax(0,1fr)] rounded-md border px-2.5 py-2 has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-info',
                option === strategy ? 'border-info bg-select' : 'border-line-strong hover:bg-hover',
              )}
            >
              <input
                type="radio"
                name="strategy"
                value={option}
                checked={option === strategy}
                onChange={() => onChange({ strategy: option })}
                className="mt-0.5 size-4 accent-info-fill outline-none max-md:mt-0 max-md:size-6"
              />
              <span>
                <span className="block text-sm font-medium">{STRATEGY_WORDS[option].label}</span>
                <span className="block text-xs text-muted">{STRATEGY_WORDS[option].hint}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <div className="grid gap-x-6 gap-y-3 md:grid-cols-2">
          <CheckField
            label="Reboot into the new version"
            checked={state.reboot}
            onChange={(event) => onChange({ reboot: event.target.checked })}
            hint="Unticked: the slot is written, nothing restarts."
          />
          <TextField
            label="Delay before the reboot, seconds"
            type="number"
            min={0}
            max={MAX_DELAY_SECONDS}
            step={10}
            disabled={!state.reboot}
            value={state.delay}
            onChange={(event) => onChange({ delay: soundDelay(event.target.valueAsNumber) })}
          />
        </div>
      </div>
    </Panel>
  );
}
