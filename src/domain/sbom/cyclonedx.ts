/** The part of a CycloneDX document (JSON, 1.4 to 1.6) that is used here; what else it has is kept in the document itself. */
import { z } from 'zod';

export const SBOM_MAX_BYTES = 8 * 1024 * 1024;
export const SBOM_MAX_COMPONENTS = 20_000;
export const SBOM_MAX_NESTING = 16;

const short = z.string().max(1000);

const licenseSchema = z
  .looseObject({
    license: z.looseObject({ id: short.optional(), name: short.optional() }).optional(),
    expression: short.optional(),
  })
  .transform(({ license, expression }) => expression ?? license?.id ?? license?.name ?? null);

const componentSchema = z.looseObject({
  type: z.string().min(1).max(60),
  name: z.string().trim().min(1).max(500),
  group: short.optional(),
  version: short.optional(),
  purl: z.string().max(2000).optional(),
  licenses: z.array(licenseSchema).max(200).optional(),
  components: z.array(z.unknown()).optional(),
});

const documentSchema = z.looseObject({
  bomFormat: z.literal('CycloneDX', 'must be CycloneDX'),
  specVersion: z.enum(['1.4', '1.5', '1.6'], 'must be 1.4, 1.5 or 1.6'),
  serialNumber: z.string().max(100).optional(),
  components: z.array(z.unknown()).default([]),
});

export type SbomComponentFacts = { name: string; version: string | null; type: string; purl: string | null; licenses: string[] };
export type SbomFacts = { specVersion: string; serialNumber: string | null; components: SbomComponentFacts[] };
export type SbomFault = { path: string; message: string };

/** The document, or what is wrong with it. Each component once, nested ones too. Never throws. */
export function readCycloneDx(value: unknown): { facts: SbomFacts } | { faults: SbomFault[] } {
  const document = documentSchema.safeParse(value);
  if (!document.success) return { faults: faultsOf(document.error, '') };
  const { specVersion, serialNumber, components } = document.data;
  const found = new Map<string, SbomComponentFacts>();
  const faults: SbomFault[] = [];
  let seen = 0;
  // A list instead of recursion: the depth is the document's, not the program's.
  const open = components.map((item, index) => ({ item, path: `components.${index}`, depth: 1 })).reverse();
  for (let next = open.pop(); next !== undefined && faults.length < 20; next = open.pop()) {
    seen += 1;
    if (seen > SBOM_MAX_COMPONENTS) return { faults: [{ path: 'components', message: `has more than ${SBOM_MAX_COMPONENTS} entries` }] };
    if (next.depth > SBOM_MAX_NESTING) return { faults: [{ path: next.path, message: `is nested deeper than ${SBOM_MAX_NESTING}` }] };
    const parsed = componentSchema.safeParse(next.item);
    if (!parsed.success) {
      faults.push(...faultsOf(parsed.error, next.path));
      continue;
    }
    const { path, depth } = next;
    const one = factsOf(parsed.data);
    found.set(JSON.stringify([one.name, one.version, one.purl]), one);
    const inner = (parsed.data.components ?? []).map((item, index) => ({ item, path: `${path}.components.${index}`, depth: depth + 1 }));
    open.push(...inner.reverse());
  }
  if (faults.length > 0) return { faults };
  return { facts: { specVersion, serialNumber: serialNumber ?? null, components: [...found.values()] } };
}

function factsOf(component: z.output<typeof componentSchema>): SbomComponentFacts {
  const { group, name, version, type, purl, licenses = [] } = component;
  return {
    name: group === undefined || group === '' ? name : `${group}/${name}`,
    version: version === undefined || version === '' ? null : version,
    type,
    purl: purl ?? null,
    licenses: [...new Set(licenses.filter((text) => text !== null))],
  };
}

function faultsOf(error: z.ZodError, base: string): SbomFault[] {
  return error.issues.slice(0, 5).map((issue) => ({
    path: [base, ...issue.path.map(String)].filter((part) => part !== '').join('.'),
    message: issue.message,
  }));
}
