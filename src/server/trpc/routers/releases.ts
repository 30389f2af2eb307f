import { z } from 'zod';
import { addSignature, addSignatureSchema } from '../../releases/add-signature';
import { browseReleases, browseReleasesSchema } from '../../releases/browse-releases';
import { compareReleases, compareReleasesSchema } from '../../releases/compare-releases';
import { createDraft, createDraftSchema } from '../../releases/create-draft';
import { dropSignature, dropSignatureSchema } from '../../releases/drop-signature';
import { promoteRelease, promoteReleaseSchema } from '../../releases/promote-release';
import { publishDraft, publishDraftSchema } from '../../releases/publish-draft';
import { readRelease } from '../../releases/read-release';
import { updateDraft, updateDraftSchema } from '../../releases/update-draft';
import { whereItRuns, whereItRunsSchema } from '../../releases/where-it-runs';
import { withdrawRelease, withdrawReleaseSchema } from '../../releases/withdraw-release';
import { browseComponents, browseComponentsSchema } from '../../sbom/browse-components';
import { searchComponents, searchComponentsSchema } from '../../sbom/search-components';
import { uploadSbom, uploadSbomSchema } from '../../sbom/upload-sbom';
import { addPermit, addPermitSchema, endPermit, endPermitSchema } from '../../trust/change-permits';
import { permitTextSchema, permitToSign } from '../../trust/permit-text';
import { browseUploads, browseUploadsSchema, readUpload } from '../../uploads/browse-uploads';
import { LOOK_MS, procedure, router } from '../init';

export const releasesRouter = router({
  /** Newest version first; use as an infinite query. */
  list: procedure('release.read')
    .input(browseReleasesSchema)
    .query(({ ctx, input }) => browseReleases(ctx.actor, input)),
  get: procedure('release.read')
    .input(z.object({ releaseId: z.uuid() }))
    .query(({ ctx, input }) => readRelease(ctx.actor, input.releaseId)),
  /** From a verified upload. */
  createDraft: procedure('release.write')
    .input(createDraftSchema)
    .mutation(({ ctx, input }) => createDraft(ctx.actor, input)),
  update: procedure('release.write')
    .input(updateDraftSchema)
    .mutation(({ ctx, input }) => updateDraft(ctx.actor, input)),
  /** CONFLICT with `missing` and `warnings` in its details; warnings can be accepted. */
  publish: procedure('release.write')
    .input(publishDraftSchema)
    .mutation(({ ctx, input }) => publishDraft(ctx.actor, input)),
  withdraw: procedure('release.write')
    .input(withdrawReleaseSchema)
    .mutation(({ ctx, input }) => withdrawRelease(ctx.actor, input)),
  /** To the next more stable channel. */
  promote: procedure('release.promote')
    .input(promoteReleaseSchema)
    .mutation(({ ctx, input }) => promoteRelease(ctx.actor, input)),
  compare: procedure('release.read')
    .input(compareReleasesSchema)
    .query(({ ctx, input }) => compareReleases(ctx.actor, input)),
  whereItRuns: procedure('release.read')
    .input(whereItRunsSchema)
    .query(({ ctx, input }) => whereItRuns(ctx.actor, input)),
  uploads: procedure('upload.write')
    .input(browseUploadsSchema)
    .query(({ ctx, input }) => browseUploads(ctx.actor, input)),
  upload: procedure('upload.write')
    .input(z.object({ uploadId: z.uuid() }))
    .query(({ ctx, input }) => readUpload(ctx.actor, input.uploadId)),
  /** A detached signature of its image; the answer is the verdict. */
  addSignature: procedure('release.write', LOOK_MS)
    .input(addSignatureSchema)
    .mutation(({ ctx, input }) => addSignature(ctx.actor, input)),
  /** Sets one aside that never held. */
  dropSignature: procedure('release.write')
    .input(dropSignatureSchema)
    .mutation(({ ctx, input }) => dropSignature(ctx.actor, input)),
  /** The text that a downgrade key must sign before `addPermit` takes it. */
  permitText: procedure('release.write')
    .input(permitTextSchema)
    .query(({ ctx, input }) => permitToSign(ctx.actor, input)),
  addPermit: procedure('release.write')
    .input(addPermitSchema)
    .mutation(({ ctx, input }) => addPermit(ctx.actor, input)),
  endPermit: procedure('release.write')
    .input(endPermitSchema)
    .mutation(({ ctx, input }) => endPermit(ctx.actor, input)),
  /** The document as text, up to 8 MiB. */
  uploadSbom: procedure('release.write')
    .input(uploadSbomSchema)
    .mutation(({ ctx, input }) => uploadSbom(ctx.actor, input)),
  /** Components of one release. */
  components: procedure('release.read')
    .input(browseComponentsSchema)
    .query(({ ctx, input }) => browseComponents(ctx.actor, input)),
  /** Which gateways run a package older than a version. */
  sbomSearch: procedure('release.read')
    .input(searchComponentsSchema)
    .query(({ ctx, input }) => searchComponents(ctx.actor, input)),
});
