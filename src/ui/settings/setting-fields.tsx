'use client';
import { type FieldPath, useFormContext } from 'react-hook-form';
import type { GatewaySettingsBody } from '#/domain/settings/gateway-settings';
import { CheckField, SelectField, TextField } from '../kit/field';
import { Panel } from '../kit/panel';
import { CHANNEL_WORDS, STRATEGY_WORDS } from './setting-words';

type Path = FieldPath<GatewaySettingsBody>;

/** A yes-or-no setting. */
export function Toggle({ name, label, hint }: { name: Path; label: string; hint?: string }) {
  const { register } = useFormContext<GatewaySettingsBody>();
  return <CheckField label={label} hint={hint} {...register(name)} />;
}

/** A number with its unit in the label. */
function Percent({ name, label, hint }: { name: Path; label: string; hint: string }) {
  const { register, getFieldState, formState } = useFormContext<GatewaySettingsBody>();
  const { error } = getFieldState(name, formState);
  return (
    <TextField
      type="number"
      min={0}
      max={100}
      step={1}
      label={label}
      hint={hint}
      error={error ? 'Enter a number from 0 to 100.' : null}
      className="max-w-xs"
      {...register(name, { valueAsNumber: true })}
    />
  );
}

/** Strategy, channel and what the gateway does by itself. */
export function UpdateFields() {
  const { register, watch } = useFormContext<GatewaySettingsBody>();
  const available = watch('channels.available');
  return (
    <Panel title="Updates">
      <div className="flex flex-col gap-3">
        <div className="grid gap-3 sm:grid-cols-2">
          <SelectField
            label="Strategy"
            hint={STRATEGY_WORDS[watch('update_strategy')].hint}
            options={Object.entries(STRATEGY_WORDS).map(([value, { label }]) => ({ value, label }))}
            {...register('update_strategy')}
          />
          <SelectField
            label="Channel"
            hint="Which releases are offered."
            options={Object.entries(CHANNEL_WORDS)
              .filter(([value]) => (available as string[]).includes(value))
              .map(([value, label]) => ({ value, label }))}
            {...register('channels.current')}
          />
        </div>
        <p className="text-xs text-muted">
          What a gateway does by itself goes through the same interlocks, windows and limits between cranes as a person’s order. What it
          fell back from, or somebody cancelled, it does not try again before a newer release.
        </p>
        <Toggle name="auto_update.enabled" label="Update by itself" hint="Off: it downloads, installs and reboots nothing by itself." />
        <Toggle
          name="auto_update.auto_download"
          label="Download by itself"
          hint="The newest that fits; it rests on the gateway until it is installed."
        />
        <Toggle name="auto_update.auto_security" label="Install security updates by itself" hint="Hotfixes too; by the strategy above." />
        <Toggle name="auto_update.auto_feature" label="Install feature updates by itself" />
        <Toggle
          name="auto_update.auto_reboot"
          label="Reboot by itself when the interlocks allow it"
          hint="Off: it stops after the write until somebody orders the reboot."
        />
        <Toggle
          name="auto_update.auto_rollback"
          label="Fall back by itself when the new version does not prove its health"
          hint="Off: a version that starts but is not healthy runs on until a person keeps it or rolls back, on the job’s page. One that does not start at all is always left by the bootloader, after the tries of its boot counter."
        />
      </div>
    </Panel>
  );
}

/** Soft limits of the interlocks. */
export function SafetyFields() {
  return (
    <Panel title="Interlocks">
      <div className="flex flex-col gap-3">
        <p className="text-xs text-muted">
          Switching one off takes its soft limit away, where the site’s safety policy lets a gateway do that. Hard limits stay whatever is
          set here: a moving crane never reboots its gateway.
        </p>
        <Toggle name="safety_constraints.crane_motion_lock" label="Crane motion: wait for the rest time" />
        <Toggle name="safety_constraints.acs_collision_warning" label="Anti-collision: wait outside the warning zone" />
        <Toggle name="safety_constraints.ups_battery_check" label="UPS: need mains and the least battery level" />
        <Percent
          name="safety_constraints.minimum_battery_level"
          label="Least battery level, %"
          hint="Counts where it is above the limit of the site’s safety policy."
        />
        <Toggle name="safety_constraints.network_connectivity" label="Network: need a good connection" />
        <Percent
          name="safety_constraints.disk_space_threshold"
          label="Least free space, %"
          hint="Of the data partition. Counts where it is above the site’s."
        />
      </div>
    </Panel>
  );
}

/** What is checked of an image. */
export function VerificationFields() {
  return (
    <Panel title="Verification">
      <div className="flex flex-col gap-3">
        <p className="text-xs text-muted">
          What orders say when the person or the program does not. A gateway checks every image in full all the same: these cannot let a bad
          one through.
        </p>
        <Toggle name="verification.verify_signature" label="Check the signature" />
        <Toggle name="verification.verify_checksum" label="Check the SHA-256" />
        <Toggle
          name="verification.verify_size"
          label="Check the size"
          hint="Before the hash: a wrong size fails at once. Off: the hash over all bytes finds it."
        />
      </div>
    </Panel>
  );
}

/** What people are told. */
export function NotificationFields() {
  return (
    <Panel title="Notifications">
      <div className="flex flex-col gap-3">
        <p className="text-xs text-muted">Goes to the channels that take it, and to programs on the WebSocket.</p>
        <Toggle name="notifications.available_updates" label="An update is on offer" />
        <Toggle name="notifications.download_complete" label="A download is complete" />
        <Toggle name="notifications.installation_complete" label="An update is confirmed" />
        <Toggle name="notifications.errors" label="Something went wrong" />
        <Toggle name="notifications.reboot_warning" label="The gateway is about to reboot" />
      </div>
    </Panel>
  );
}
