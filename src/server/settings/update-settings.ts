/** Changes some settings of a gateway: all of them or none, with audit, and the order for the agent. */
import { DomainError } from '#/domain/errors/domain-error';
import { type GatewaySettingsBody, gatewaySettingsSchema } from '#/domain/settings/gateway-settings';
import { settingsFaults } from '#/domain/settings/settings-faults';
import type { Actor } from '../access/actor';
import { recordAudit } from '../audit/record-audit';
import { getDb } from '../db/client';
import { hint } from '../db/hint';
import { findGateway } from '../gateways/find-gateway';
import { enqueueCommand } from '../outbox/enqueue-command';
import { voidForSettings } from '../overrides/void-overrides';
import { readSettings } from './read-settings';

export type SettingChanges = Record<string, { old: unknown; new: unknown }>;
export type UpdateSettingsInput = {
  gatewayId: string;
  /** Any subset of the settings, as the contract nests them. An unknown key or a bad value refuses the whole. */
  changes: Record<string, unknown>;
  /** The version that the person has seen; someone else's change in between is then a CONFLICT. */
  expectedVersion?: number | undefined;
};
export type UpdatedSettings = { changes: SettingChanges; version: number; restartRequired: boolean };

/** Writes what really changes; `changes` is empty when nothing does. */
export function updateSettings(actor: Actor, input: UpdateSettingsInput): Promise<UpdatedSettings> {
  return getDb().$transaction(async (tx) => {
    const gateway = await findGateway(actor, { id: input.gatewayId }, 'settings.write', tx);
    // Orders concurrent edits of one gateway.
    await tx.$queryRaw`SELECT id FROM "Gateway" WHERE id = ${gateway.id}::uuid FOR UPDATE`;
    const before = await readSettings(tx, gateway.id);
    if (input.expectedVersion !== undefined && input.expectedVersion !== before.version) {
      throw new DomainError(
        'CONFLICT',
        'Someone else has changed these settings since you opened them. Nothing of yours was saved.',
        { expected_version: input.expectedVersion, version: before.version },
        ['Look at the present values', 'Enter your change again'],
      );
    }
    const body = applyChanges(before.body, input.changes);
    const changes = differences(before.body, body);
    if (Object.keys(changes).length === 0) return { changes, version: before.version, restartRequired: false };
    const version = before.version + 1;
    await tx.gatewaySettings.upsert({
      where: { gatewayId: gateway.id },
      create: { gatewayId: gateway.id, body, version },
      update: { body, version },
    });
    await enqueueCommand(tx, gateway.id, { name: 'settings.apply', version, settings: body });
    await recordAudit(tx, actor, {
      name: 'settings.changed',
      objectType: 'gateway',
      objectId: gateway.id,
      siteId: gateway.siteId,
      data: { changes, version },
    });
    // What was approved under other limits, or until the end of another window, ends with them.
    if (Object.keys(changes).some((path) => /^(safety_constraints|maintenance_window)\./.test(path)))
      await voidForSettings(tx, actor, gateway.id);
    await hint(tx, { kind: 'settings', gatewayId: gateway.id, siteId: gateway.siteId });
    return { changes, version, restartRequired: false };
  });
}

/** The settings with the changes laid over them; throws VALIDATION_FAILED with the path of every bad field. Pure. */
export function applyChanges(before: GatewaySettingsBody, changes: Record<string, unknown>): GatewaySettingsBody {
  const merged: Record<string, unknown> = { ...before };
  for (const [section, value] of Object.entries(changes)) {
    const old = (before as Record<string, unknown>)[section];
    merged[section] = isSection(old) && isSection(value) ? { ...old, ...value } : value;
  }
  const parsed = gatewaySettingsSchema.safeParse(merged);
  if (!parsed.success) {
    throw invalid(parsed.error.issues.flatMap((issue) => pathsOf(issue).map((path) => ({ path, message: issue.message }))));
  }
  const faults = settingsFaults(parsed.data);
  if (faults.length > 0) throw invalid(faults);
  return parsed.data;
}

/** What differs, by path such as "auto_update.enabled". Pure. */
export function differences(before: GatewaySettingsBody, after: GatewaySettingsBody): SettingChanges {
  const changes: SettingChanges = {};
  const walk = (old: unknown, next: unknown, path: string) => {
    if (isSection(old) && isSection(next)) {
      for (const key of Object.keys(next)) walk(old[key], next[key], path ? `${path}.${key}` : key);
    } else if (JSON.stringify(old) !== JSON.stringify(next)) changes[path] = { old, new: next };
  };
  walk(before, after, '');
  return changes;
}

function isSection(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An unknown key is named itself, not the section that it is in. */
function pathsOf(issue: { code: string; path: PropertyKey[]; keys?: string[] }): string[] {
  const base = issue.path.map(String);
  return issue.code === 'unrecognized_keys' && issue.keys ? issue.keys.map((key) => [...base, key].join('.')) : [base.join('.')];
}

function invalid(fields: { path: string; message: string }[]): DomainError {
  const first = fields[0];
  return new DomainError('VALIDATION_FAILED', `Not a valid setting: ${first?.path ?? ''}: ${first?.message ?? ''}.`, { fields }, [
    'Correct the field; nothing was saved',
  ]);
}
