/** What the server has for an image beside the image: GET <artifact>/delta. */
import { z } from 'zod';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const blob = z.object({ sha256, sizeBytes: z.number().int().positive() });

export const deltaOfferSchema = z.object({
  v: z.literal(1),
  /** The index of the image, and the data file that it tells about: <artifact>/delta/index and <artifact>/delta/data. */
  index: blob.nullable(),
  data: blob.nullable(),
  /** xdelta3 patches from other images to this one: <artifact>/patch/<from>. */
  patches: z.array(z.object({ fromSha256: sha256, fromSizeBytes: z.number().int().positive(), ...blob.shape })).max(100),
});
export type DeltaOffer = z.infer<typeof deltaOfferSchema>;
