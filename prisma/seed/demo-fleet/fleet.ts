/** FAIRLEAD_HOME/fleet/plan.json from the cast. */
import { resolve } from 'node:path';
import type { FleetPlan } from '#/protocol/demo/fleet-plan';
import { artifactFile } from '#/server/artifacts/artifact-folder';
import { type CastGateway, DEMO_CAST, modelOf, PREDECESSOR, serialOf, UNPINNED_GATEWAYS } from './cast';
import type { DemoImage } from './images';

/** Room for the largest image of the demo and for one that a person uploads. */
export const SLOT_BYTES = 16 * 1024 * 1024;

/** What the fleet is told; `ids` and `tokens` by gateway name. */
export function planFleet(
  serverUrl: string,
  images: readonly DemoImage[],
  ids: ReadonlyMap<string, string>,
  tokens: ReadonlyMap<string, string>,
): FleetPlan {
  return {
    v: 1,
    serverUrl,
    images: imagePaths(images),
    slotBytes: SLOT_BYTES,
    gateways: DEMO_CAST.map((gateway, index) => ({
      name: gateway.name,
      gatewayId: known(ids, gateway.name),
      serialNumber: serialOf(index, gateway),
      model: modelOf(gateway),
      hardwareRevision: gateway.hardware,
      enrolmentToken: known(tokens, gateway.name),
      craneKind: gateway.kind,
      activeSlot: gateway.slot,
      activeVersion: gateway.version,
      inactiveVersion: PREDECESSOR[gateway.version] ?? null,
      duty: gateway.duty,
      scriptSeed: scriptSeed(gateway),
      link: gateway.link,
      weakUps: gateway.weakUps,
      upsPercent: gateway.upsPercent,
      badVersions: gateway.badVersions,
      pinsKeys: !UNPINNED_GATEWAYS.has(gateway.name),
      off: gateway.off,
    })),
  };
}

/** Absolute paths, so that the fleet may run in another folder. */
export function imagePaths(images: readonly DemoImage[]): FleetPlan['images'] {
  return Object.fromEntries(images.map((image) => [image.version, resolve(artifactFile(image.sha256))]));
}

/** Two gateways on one crane see the same crane move. */
function scriptSeed(gateway: CastGateway): number {
  return 1_000 + DEMO_CAST.findIndex((one) => one.siteCode === gateway.siteCode && one.crane === gateway.crane);
}

function known(map: ReadonlyMap<string, string>, name: string): string {
  const value = map.get(name);
  if (value === undefined) throw new Error(`the seed knows nothing of ${name}`);
  return value;
}
