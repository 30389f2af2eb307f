/**
 * The head of a raw demo image: 4096 bytes of `FAIRLEAD-IMAGE/1\n`, one JSON object and NUL padding; what follows is
 * the content. The file slot adapter learns from it which version a slot holds, as a real gateway does from os-release.
 */
import { z } from 'zod';

export const IMAGE_MANIFEST_BYTES = 4096;
const MAGIC = 'FAIRLEAD-IMAGE/1\n';

export const imageManifestSchema = z.object({
  version: z.string().min(1).max(80),
  /** Hardware revisions that the image runs on; absent = any. */
  hardware: z.array(z.string().min(1).max(80)).max(50).optional(),
  build_id: z.string().min(1).max(120),
  kernel: z.string().min(1).max(120),
  os_version: z.string().min(1).max(120),
  /** Once this image has proven itself, the gateway takes nothing older than this version. */
  floor_version: z.string().min(1).max(80).optional(),
  /** As `uname -m` says it, such as aarch64. */
  architecture: z.string().min(1).max(40).optional(),
  /** Version of the bootloader that the image brings or needs. */
  bootloader: z.string().min(1).max(120).optional(),
  /** The oldest hardware revision that it runs on. */
  minimum_hardware: z.string().min(1).max(80).optional(),
  /** The oldest version that it can be installed over. */
  from_version: z.string().min(1).max(80).optional(),
});
export type ImageManifest = z.infer<typeof imageManifestSchema>;

/** The 4096 bytes of a manifest. Throws RangeError when it does not fit, ZodError when it is none. */
export function encodeImageManifest(manifest: ImageManifest): Uint8Array {
  const text = new TextEncoder().encode(MAGIC + JSON.stringify(imageManifestSchema.parse(manifest)));
  if (text.length > IMAGE_MANIFEST_BYTES) throw new RangeError(`a manifest has at most ${IMAGE_MANIFEST_BYTES} bytes, not ${text.length}`);
  const head = new Uint8Array(IMAGE_MANIFEST_BYTES);
  head.set(text);
  return head;
}

/** The manifest of an image from its first bytes, or null when they hold none (too short, other magic, torn, invalid). */
export function decodeImageManifest(head: Uint8Array): ImageManifest | null {
  if (head.length < IMAGE_MANIFEST_BYTES) return null;
  const block = head.subarray(0, IMAGE_MANIFEST_BYTES);
  const end = block.indexOf(0);
  const text = new TextDecoder().decode(end === -1 ? block : block.subarray(0, end));
  if (!text.startsWith(MAGIC)) return null;
  // A plain loop: the crash tests read manifests by the hundred thousand.
  for (let index = end; index !== -1 && index < block.length; index += 1) if (block[index] !== 0) return null;
  try {
    return imageManifestSchema.parse(JSON.parse(text.slice(MAGIC.length)));
  } catch {
    return null;
  }
}

/** The manifest in a file of its own (fairlead-manifest.json), or null when the bytes are none. */
export function parseImageManifest(bytes: Uint8Array): ImageManifest | null {
  try {
    return imageManifestSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return null;
  }
}
