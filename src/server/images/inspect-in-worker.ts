/** Looks into an image in the inspector's process. */
import { rm } from 'node:fs/promises';
import { type ImageFacts, imageFactsSchema } from '#/domain/images/image-facts';
import { ImageRefused } from '#/domain/images/image-refused';
import type { ContentLimits } from './content-limits';
import { askInspector, LookCutShort, type ProcessLimits, type Program } from './inspector-process';

export type WorkerLimits = ProcessLimits & { content?: ContentLimits };

/**
 * The facts of the image in a local file. Throws ImageRefused with one sentence, also when the look itself went wrong because of the image;
 * trouble of this machine is an error, with its code where it has one, such as ENOSPC. The content of a compressed image is put into
 * `scratchFile` while it is read, and gone afterwards.
 */
export async function inspectInWorker(
  path: string,
  scratchFile: string,
  limits: WorkerLimits = {},
  program?: Program,
): Promise<ImageFacts> {
  try {
    return await askInspector({ task: 'inspect', path, scratchFile, limits: limits.content }, imageFactsSchema, limits, program);
  } catch (error) {
    throw error instanceof LookCutShort && error.by === 'limit' ? new ImageRefused(error.message) : error;
  } finally {
    await rm(scratchFile, { force: true });
  }
}
