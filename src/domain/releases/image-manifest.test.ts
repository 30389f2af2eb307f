import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeImageManifest, encodeImageManifest, IMAGE_MANIFEST_BYTES } from './image-manifest';

const manifest = { version: 'v5.0.5', hardware: ['rev-c'], build_id: 'b1', kernel: '6.6.1', os_version: 'Fairlead OS 5' };

describe('image manifest', () => {
  it('comes back as it went in, from 4096 bytes', () => {
    const head = encodeImageManifest(manifest);
    expect(head).toHaveLength(IMAGE_MANIFEST_BYTES);
    expect(decodeImageManifest(head)).toEqual(manifest);
  });

  it('is null for bytes that are none, and never throws', () => {
    expect(decodeImageManifest(new Uint8Array(IMAGE_MANIFEST_BYTES))).toBeNull();
    expect(decodeImageManifest(encodeImageManifest(manifest).subarray(0, 4000))).toBeNull();
    fc.assert(
      fc.property(fc.nat(IMAGE_MANIFEST_BYTES - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const head = encodeImageManifest(manifest);
        head[at] = (head[at] as number) ^ flip;
        decodeImageManifest(head);
      }),
    );
  });

  it('sees a torn head: padding must be empty', () => {
    const head = encodeImageManifest(manifest);
    head[IMAGE_MANIFEST_BYTES - 1] = 7;
    expect(decodeImageManifest(head)).toBeNull();
  });

  it('refuses a manifest that does not fit', () => {
    const hardware = Array.from({ length: 50 }, (_, index) => String(index).padStart(80, 'x'));
    const wide = { ...manifest, hardware: [...hardware].map((one) => one) };
    expect(() => encodeImageManifest(wide)).toThrow(RangeError);
  });
});
