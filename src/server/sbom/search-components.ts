/** Which gateways run a package of a certain age: the releases that have it first, then the gateways that run those. */
import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import { type Actor, requirePermission, visibleGateways } from '../access/actor';
import { getDb } from '../db/client';
import { type ComponentVerdict, judgeComponent, SEARCH_OPERATORS, schemeOf, type VersionScheme } from './compare-component';

/** Beyond this the question is too wide to be judged one by one. */
const MAX_FINDINGS = 5000;

export const searchComponentsSchema = z
  .object({
    /** The whole name of the package, in any case of letters. */
    name: z.string().trim().min(1).max(500),
    operator: z.enum(SEARCH_OPERATORS).default('any'),
    version: z.string().trim().min(1).max(200).nullish(),
    siteCode: z.string().max(16).optional(),
    limit: z.number().int().min(1).max(200).default(50),
    cursor: z.object({ name: z.string().max(200), id: z.uuid() }).nullish(),
  })
  .refine(({ operator, version }) => operator === 'any' || version, { path: ['version'], message: 'say which version to compare with' });

export type ComponentFinding = {
  releaseId: string;
  releaseVersion: string;
  name: string;
  version: string | null;
  purl: string | null;
  scheme: VersionScheme | null;
  verdict: Exclude<ComponentVerdict, 'differs'>;
};
export type GatewayFinding = {
  id: string;
  name: string;
  siteCode: string;
  activeVersion: string;
  /** False: only versions that cannot be compared. */
  certain: boolean;
  components: { name: string; version: string | null; verdict: Exclude<ComponentVerdict, 'differs'> }[];
};
export type ComponentSearch = {
  /** What was found in which release; the same on every page. */
  findings: ComponentFinding[];
  rows: GatewayFinding[];
  total: number;
  /** Gateways that run something without a bill of materials: about these nothing is known. */
  unknownGateways: number;
  nextCursor: { name: string; id: string } | null;
};

export async function searchComponents(actor: Actor, input: z.infer<typeof searchComponentsSchema>): Promise<ComponentSearch> {
  requirePermission(actor, 'release.read', null);
  const findings = await findComponents(input);
  const byVersion = Map.groupBy(findings, (one) => one.releaseVersion);
  const db = getDb();
  const visible = { ...visibleGateways(actor, 'gateway.read'), ...(input.siteCode ? { site: { code: input.siteCode } } : {}) };
  const where = { ...visible, activeVersion: { in: [...byVersion.keys()] } };
  const { cursor, limit } = input;
  const covered = await db.release.findMany({ where: { sboms: { some: {} } }, select: { version: true } });
  const [found, total, unknownGateways] = await Promise.all([
    db.gateway.findMany({
      where: { AND: [where, cursor ? { OR: [{ name: { gt: cursor.name } }, { name: cursor.name, id: { gt: cursor.id } }] } : {}] },
      orderBy: [{ name: 'asc' }, { id: 'asc' }],
      take: limit + 1,
      select: { id: true, name: true, activeVersion: true, site: { select: { code: true } } },
    }),
    db.gateway.count({ where }),
    db.gateway.count({
      where: { ...visible, OR: [{ activeVersion: null }, { activeVersion: { notIn: covered.map(({ version }) => version) } }] },
    }),
  ]);
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    findings,
    rows: page.map(({ id, name, activeVersion, site }) => {
      const components = (byVersion.get(activeVersion ?? '') ?? []).map((one) => ({
        ...{ name: one.name, version: one.version, verdict: one.verdict },
      }));
      const certain = components.some(({ verdict }) => verdict === 'matches');
      return { id, name, siteCode: site.code, activeVersion: activeVersion ?? '', certain, components };
    }),
    total,
    unknownGateways,
    nextCursor: found.length > limit && last ? { name: last.name, id: last.id } : null,
  };
}

async function findComponents({ name, operator, version }: z.infer<typeof searchComponentsSchema>): Promise<ComponentFinding[]> {
  const rows = await getDb().sbomComponent.findMany({
    where: { nameKey: name.toLowerCase() },
    take: MAX_FINDINGS + 1,
    select: { releaseId: true, name: true, version: true, purl: true, release: { select: { version: true } } },
  });
  if (rows.length > MAX_FINDINGS)
    throw new DomainError('VALIDATION_FAILED', `More than ${MAX_FINDINGS} components have this name.`, {
      fields: [{ path: 'name', message: 'is too common' }],
    });
  return rows
    .flatMap((row) => {
      const verdict = judgeComponent(row, operator, version ?? null);
      if (verdict === 'differs') return [];
      const { release, ...rest } = row;
      return [{ ...rest, releaseVersion: release.version, scheme: schemeOf(row.purl), verdict }];
    })
    .sort((a, b) => (a.releaseVersion < b.releaseVersion ? 1 : a.releaseVersion > b.releaseVersion ? -1 : 0));
}
