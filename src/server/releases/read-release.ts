/** Everything that the page of a release shows, and what the person who looks may do with it. */
import { permittedSites } from '#/domain/access/grants';
import type { ImageFacts } from '#/domain/images/image-facts';
import { applyReleaseVerb, PROMOTED_TO, releaseStateOf, type ReleaseState } from '#/domain/releases/release-machine';
import { CHANNELS, type Channel } from '#/domain/settings/gateway-settings';
import { DomainError } from '#/domain/errors/domain-error';
import { type Actor, requirePermission } from '../access/actor';
import { getDb } from '../db/client';
import { countingSignatures } from '../trust/counting-signatures';
import { type Downgrades, listDowngrades } from '../trust/list-permits';
import { maySetAside } from './drop-signature';
import { factsOf } from './image-demands';
import { revisionOf } from './lock-release';
import { type Readiness, readinessOf } from './release-readiness';
import { whyNotPublish } from './second-person';

export type ReleaseEventRow = { id: string; at: Date; kind: string; message: string; actor: string; data: Record<string, unknown> };
export type ReleaseSignature = {
  id: string;
  kind: string;
  verdict: string;
  /** What it holds for: file | content | both; null: nothing. */
  covers: string | null;
  reason: string;
  signer: string | null;
  keyFingerprint: string | null;
  addedBy: string;
  createdAt: Date;
  checkedAt: Date;
  /** It never held, and may be set aside. */
  maySetAside: boolean;
};
export type ReleaseDetail = {
  id: string;
  version: string;
  channel: string;
  type: string;
  severity: string;
  description: string;
  changelog: string[];
  prerequisites: string[];
  hardware: string[];
  state: ReleaseState;
  signature: string;
  signer: string | null;
  releasedAt: Date;
  createdAt: Date;
  uploader: string | null;
  withdrawnAt: Date | null;
  withdrawnReason: string | null;
  /** To be sent with an edit. */
  revision: string;
  image: {
    sha256: string;
    sizeBytes: number;
    format: string | null;
    compression: string | null;
    contentSha256: string | null;
    contentSizeBytes: number | null;
    inspectedAt: Date | null;
    /** Null: nobody has looked into it. */
    facts: ImageFacts | null;
  };
  signatures: ReleaseSignature[];
  sbom: {
    id: string;
    format: string;
    specVersion: string;
    serialNumber: string | null;
    sizeBytes: number;
    components: number;
    uploader: string;
    createdAt: Date;
  } | null;
  downgrades: Downgrades;
  /** Newest first, at most 100. */
  events: ReleaseEventRow[];
  /** Of a draft. */
  readiness: Readiness | null;
  may: {
    edit: boolean;
    publish: boolean;
    /** Why not, where only that it is this person stands in the way; null otherwise. */
    whyNotPublish: string | null;
    withdraw: boolean;
    uploadSbom: boolean;
    addSignature: boolean;
    permitDowngrade: boolean;
    promoteTo: Channel | null;
  };
};

export async function readRelease(actor: Actor, releaseId: string): Promise<ReleaseDetail> {
  requirePermission(actor, 'release.read', null);
  const db = getDb();
  const found = await db.release.findUnique({
    where: { id: releaseId },
    include: {
      artifact: true,
      sboms: { orderBy: { createdAt: 'desc' }, take: 1 },
      events: { orderBy: { id: 'desc' }, take: 100 },
    },
  });
  if (!found) throw new DomainError('NOT_FOUND', 'There is no such release.');
  const { artifact, sboms, events } = found;
  const [sbom] = sboms;
  const signatures = await db.artifactSignature.findMany({
    where: countingSignatures(artifact.sha256, { uploadId: found.uploadId, releaseId }),
    orderBy: { createdAt: 'desc' },
    take: 20,
  });
  const state = releaseStateOf(found.state);
  return {
    id: found.id,
    version: found.version,
    channel: found.channel,
    type: found.type,
    severity: found.severity,
    description: found.description,
    changelog: found.changelog,
    prerequisites: found.prerequisites,
    hardware: found.hardware,
    state,
    signature: found.signature,
    signer: found.signer,
    releasedAt: found.releasedAt,
    createdAt: found.createdAt,
    uploader: found.uploader,
    withdrawnAt: found.withdrawnAt,
    withdrawnReason: found.withdrawnReason,
    revision: await revisionOf(db, found.id),
    image: {
      sha256: artifact.sha256,
      sizeBytes: Number(artifact.sizeBytes),
      format: artifact.format,
      compression: artifact.compression,
      contentSha256: artifact.contentSha256,
      contentSizeBytes: artifact.contentSizeBytes === null ? null : Number(artifact.contentSizeBytes),
      inspectedAt: artifact.inspectedAt,
      facts: factsOf(artifact.facts),
    },
    signatures: signatures.map(
      ({ id, kind, verdict, covers, reason, signer, keyFingerprint, addedBy, createdAt, checkedAt, verifiedAt }) => ({
        ...{
          id,
          kind,
          verdict,
          covers,
          reason,
          signer,
          keyFingerprint,
          addedBy,
          createdAt,
          checkedAt,
          maySetAside: maySetAside({ verifiedAt, verdict }),
        },
      }),
    ),
    sbom: sbom
      ? {
          id: sbom.id,
          format: sbom.format,
          specVersion: sbom.specVersion,
          serialNumber: sbom.serialNumber,
          sizeBytes: Number(sbom.sizeBytes),
          components: sbom.componentCount,
          uploader: sbom.uploader,
          createdAt: sbom.createdAt,
        }
      : null,
    downgrades: await listDowngrades(actor, found),
    events: events.map(({ id, at, kind, message, actor: by, data }) => ({
      ...{ id: String(id), at, kind, message, actor: by },
      data: data as Record<string, unknown>,
    })),
    readiness: state === 'draft' ? await readinessOf(db, found) : null,
    may: rightsOf(actor, found, state),
  };
}

function rightsOf(
  actor: Actor,
  release: { version: string; channel: string; uploaderId: string | null },
  state: ReleaseState,
): ReleaseDetail['may'] {
  const writes = permittedSites(actor.grants, 'release.write') === 'all';
  const promotes = permittedSites(actor.grants, 'release.promote') === 'all' && release.uploaderId !== actor.id && actor.type !== 'system';
  const can = (verb: 'edit' | 'publish' | 'withdraw') => writes && applyReleaseVerb(state, verb) !== null;
  const channel = CHANNELS.find((one) => one === release.channel);
  const refusal = whyNotPublish(actor, release);
  return {
    edit: can('edit'),
    publish: can('publish') && refusal === null,
    whyNotPublish: can('publish') ? refusal : null,
    withdraw: can('withdraw'),
    uploadSbom: writes && state !== 'withdrawn',
    addSignature: writes && state !== 'withdrawn',
    permitDowngrade: writes && state === 'published',
    promoteTo: promotes && channel !== undefined && applyReleaseVerb(state, 'promote') !== null ? PROMOTED_TO[channel] : null,
  };
}
