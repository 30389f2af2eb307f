/** The folder of a demo gateway as it leaves the factory: both slots flashed, nothing else. */
import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { hashToken } from '#/agent/identity/identity-file';
import { createFileEnvironment } from '#/agent/slots/boot-environment';
import { slotFile } from '#/agent/slots/file-slots';
import { writeFileAtomic } from '#/agent/storage/atomic-file';
import type { Storage } from '#/agent/storage/storage';
import { otherSlot } from '#/agent/bootloader/decide-boot';
import type { FleetGateway, FleetPlan } from '#/protocol/demo/fleet-plan';

export type GatewayFolders = { slots: string; data: string };

const factorySchema = z.object({ gatewayId: z.string(), tokenSha256: z.string() });

/** Flashes the gateway unless its folder is the one of this very plan entry; then everything in it is kept. */
export async function layOut(storage: Storage, home: string, plan: FleetPlan, gateway: FleetGateway): Promise<GatewayFolders> {
  const folder = join(home, gateway.name.replaceAll(/[^A-Za-z0-9._-]/g, '_'));
  const folders = { slots: join(folder, 'slots'), data: join(folder, 'data') };
  // Written last: a folder without it was never finished.
  const mark = join(folder, 'factory.json');
  const wanted = { gatewayId: gateway.gatewayId, tokenSha256: hashToken(gateway.enrolmentToken) };
  const found = factorySchema.safeParse(JSON.parse(await readFile(mark, 'utf8').catch(() => 'null')));
  if (found.success && found.data.gatewayId === wanted.gatewayId && found.data.tokenSha256 === wanted.tokenSha256) return folders;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folders.slots, { recursive: true });
  await flash(plan, gateway.activeVersion, slotFile(folders.slots, gateway.activeSlot));
  if (gateway.inactiveVersion !== null) {
    await flash(plan, gateway.inactiveVersion, slotFile(folders.slots, otherSlot(gateway.activeSlot)));
  }
  const env = createFileEnvironment(storage, join(folders.slots, 'boot.env'));
  await env.write({ boot_slot: gateway.activeSlot, upgrade_available: '0', bootcount: '0', bootlimit: '3' });
  await writeFileAtomic(storage, mark, new TextEncoder().encode(JSON.stringify(wanted)));
  return folders;
}

async function flash(plan: FleetPlan, version: string, target: string): Promise<void> {
  const image = plan.images[version];
  if (image === undefined) throw new Error(`the fleet plan has no image of ${version}`);
  await copyFile(image, target);
}
