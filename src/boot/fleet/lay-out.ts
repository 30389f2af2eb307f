/** The folder of a demo gateway as it leaves the factory: both slots flashed, and the crane's own files. */
import { copyFile, link, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { hashToken } from '#/agent/identity/identity-file';
import { createFileEnvironment } from '#/agent/slots/boot-environment';
import { slotFile } from '#/agent/slots/file-slots';
import type { GatewayFolders } from '#/agent/recovery/gateway-folders';
import { writeFileAtomic } from '#/agent/storage/atomic-file';
import type { Storage } from '#/agent/storage/storage';
import { otherSlot } from '#/agent/bootloader/decide-boot';
import type { FleetGateway, FleetPlan } from '#/protocol/demo/fleet-plan';
import { factoryFiles } from './factory-files';

/** `data` is the agent's; `own` is the gateway's. */
export type DemoFolders = { slots: string; data: string; own: GatewayFolders; recoveryImage: string };

const factorySchema = z.object({ gatewayId: z.string(), tokenSha256: z.string() });

/** Flashes the gateway unless its folder is the one of this very plan entry; then everything in it is kept. */
export async function layOut(storage: Storage, home: string, plan: FleetPlan, gateway: FleetGateway): Promise<DemoFolders> {
  const folder = join(home, gateway.name.replaceAll(/[^A-Za-z0-9._-]/g, '_'));
  const own = { ...ownFolders(join(folder, 'gateway')), networkFiles: ['network.json'] };
  const folders = { slots: join(folder, 'slots'), data: join(folder, 'data'), own, recoveryImage: join(folder, 'slots', 'recovery.img') };
  // Written last: a folder without it was never finished.
  const mark = join(folder, 'factory.json');
  const wanted = { gatewayId: gateway.gatewayId, tokenSha256: hashToken(gateway.enrolmentToken) };
  const found = factorySchema.safeParse(JSON.parse(await readFile(mark, 'utf8').catch(() => 'null')));
  if (found.success && found.data.gatewayId === wanted.gatewayId && found.data.tokenSha256 === wanted.tokenSha256) {
    // A gateway of before it had files of its own.
    if ((await storage.listTree(own.config)).length === 0 && !(await storage.hasFolder(own.data))) await furnish(storage, own, gateway);
    return folders;
  }
  await rm(folder, { recursive: true, force: true });
  await mkdir(folders.slots, { recursive: true });
  await flash(plan, gateway.activeVersion, slotFile(folders.slots, gateway.activeSlot));
  if (gateway.inactiveVersion !== null) {
    await flash(plan, gateway.inactiveVersion, slotFile(folders.slots, otherSlot(gateway.activeSlot)));
  }
  // Never written again, so all gateways of a version can share it.
  await link(imageOf(plan, gateway.activeVersion), folders.recoveryImage).catch(() =>
    flash(plan, gateway.activeVersion, folders.recoveryImage),
  );
  await furnish(storage, own, gateway);
  const env = createFileEnvironment(storage, join(folders.slots, 'boot.env'));
  await env.write({ boot_slot: gateway.activeSlot, upgrade_available: '0', bootcount: '0', bootlimit: '3' });
  await writeFileAtomic(storage, mark, new TextEncoder().encode(JSON.stringify(wanted)));
  return folders;
}

function ownFolders(home: string): Pick<GatewayFolders, 'data' | 'config' | 'logs'> {
  return { data: join(home, 'data'), config: join(home, 'config'), logs: join(home, 'logs') };
}

async function furnish(storage: Storage, own: GatewayFolders, gateway: FleetGateway): Promise<void> {
  for (const { part, name, text } of factoryFiles(gateway)) {
    const path = join(own[part], name);
    await storage.makeFolder(join(path, '..'));
    await writeFileAtomic(storage, path, new TextEncoder().encode(text));
  }
  await storage.makeFolder(own.logs);
}

async function flash(plan: FleetPlan, version: string, target: string): Promise<void> {
  await copyFile(imageOf(plan, version), target);
}

function imageOf(plan: FleetPlan, version: string): string {
  const image = plan.images[version];
  if (image === undefined) throw new Error(`the fleet plan has no image of ${version}`);
  return image;
}
