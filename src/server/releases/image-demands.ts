import { type ImageFacts, imageFactsSchema } from '#/domain/images/image-facts';
import type { ImageDemands } from '#/domain/releases/release-fit';

/** What is stored of an image (Artifact.facts); null: nobody has looked into it, or a newer version wrote it. */
export function factsOf(stored: unknown): ImageFacts | null {
  const parsed = imageFactsSchema.safeParse(stored);
  return parsed.success ? parsed.data : null;
}

/** What an image asks of a gateway. */
export function demandsOf(stored: unknown): ImageDemands | null {
  const facts = factsOf(stored);
  return facts === null ? null : { hardware: facts.hardware, minimumHardware: facts.minimumHardware, fromVersion: facts.fromVersion };
}
