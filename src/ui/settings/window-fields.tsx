'use client';
import { Controller, useFormContext } from 'react-hook-form';
import { isTimeZone } from '#/domain/maintenance/window';
import { type GatewaySettingsBody, WEEKDAYS } from '#/domain/settings/gateway-settings';
import { CheckField, SelectField, TextField } from '../kit/field';
import { Panel } from '../kit/panel';
import { Toggle } from './setting-fields';
import { WindowPreview } from './window-preview';

const SCHEDULES = [
  { value: 'daily', label: 'Every day' },
  { value: 'weekdays', label: 'Monday to Friday' },
  { value: 'weekends', label: 'Saturday and Sunday' },
  { value: 'custom', label: 'Chosen days' },
];

/** When the gateway may be serviced, in the wall time of its site. */
export function WindowFields() {
  const { register, watch, formState, control } = useFormContext<GatewaySettingsBody>();
  const window = watch('maintenance_window');
  const errors = formState.errors.maintenance_window;
  return (
    <Panel title="Maintenance window">
      <div className="flex flex-col gap-3">
        <Toggle name="maintenance_window.enabled" label="There is a maintenance window" />
        <div className="grid gap-3 sm:grid-cols-2">
          <SelectField label="Days" options={SCHEDULES} {...register('maintenance_window.schedule')} />
          <TextField
            label="Begins at, site wall time"
            placeholder="02:00"
            inputMode="numeric"
            autoComplete="off"
            maxLength={5}
            error={errors?.time ? 'Enter a time of day as HH:MM, 24 h.' : null}
            {...register('maintenance_window.time')}
          />
          <Controller
            control={control}
            name="maintenance_window.duration"
            render={({ field, fieldState }) => (
              <TextField
                label="Lasts, minutes"
                type="number"
                min={5}
                max={1440}
                error={fieldState.error ? 'Enter 5 to 1440 minutes.' : null}
                name={field.name}
                ref={field.ref}
                onBlur={field.onBlur}
                value={Number.isNaN(field.value) ? '' : field.value / 60}
                onChange={(event) => field.onChange(Math.round(event.target.valueAsNumber * 60))}
              />
            )}
          />
          <TextField
            label="Time zone of the site"
            autoComplete="off"
            spellCheck={false}
            error={errors?.timezone || !isTimeZone(window.timezone) ? 'Enter an IANA time zone, such as Europe/Amsterdam.' : null}
            {...register('maintenance_window.timezone')}
          />
        </div>
        {window.schedule === 'custom' && (
          <fieldset className="flex flex-wrap gap-x-4 gap-y-1">
            <legend className="pb-1 text-xs font-medium text-muted">On these days</legend>
            {WEEKDAYS.map((day) => (
              <CheckField key={day} label={day} value={day} {...register('maintenance_window.days')} />
            ))}
          </fieldset>
        )}
        <WindowPreview window={window} valid={!errors} />
      </div>
    </Panel>
  );
}
