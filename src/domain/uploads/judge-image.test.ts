import { describe, expect, it } from 'vitest';
import type { ImageFacts } from '../images/image-facts';
import { bootloaderFits, type JudgedImage, judgeImage } from './judge-image';

const FACTS: ImageFacts = {
  ...{ format: 'raw', compression: 'none', sizeBytes: 1000, contentSizeBytes: 1000, contentSha256: null, partitionTable: null },
  ...{ fileSystems: [], bootImages: [], entryCount: null, osRelease: null, manifest: null, version: null, kernel: null, buildId: null },
  ...{ architecture: null, bootloader: null, hardware: null, minimumHardware: null, fromVersion: null },
};
const image = (changes: Partial<JudgedImage> = {}, facts: Partial<ImageFacts> = {}): JudgedImage => ({
  ...{ sha256: 'a'.repeat(64), version: 'v5.1.0', declaredSha256: null, minHardware: null, signature: 'unsigned', signatureReason: null },
  ...changes,
  facts: { ...FACTS, ...facts },
});
const gateway = { activeVersion: 'v5.0.4', hardwareRevision: 'rev-c', bootloader: 'U-Boot 2024.01', slotBytes: 5000 };
const table = (faults: string[]) => ({ partitionTable: { kind: 'gpt' as const, id: null, partitions: [], faults } });

describe('the verdict on an image', () => {
  it('invents nothing: what nobody says is null', () => {
    expect(judgeImage(image(), null)).toEqual({
      ...{ error: null, compatibility: 'unknown', signatureValid: null, checksumValid: null, layoutValid: null },
      ...{ bootloaderCompatible: null, hardwareCompatible: null, sizeAdequate: null },
    });
  });

  it('says yes to what holds', () => {
    const facts = { version: 'v5.1.0', hardware: ['rev-c'], bootloader: 'U-Boot 2023.10', fromVersion: 'v5.0.0', ...table([]) };
    expect(judgeImage(image({ declaredSha256: 'a'.repeat(64), signature: 'verified' }, facts), gateway)).toEqual({
      ...{ error: null, compatibility: 'compatible', signatureValid: true, checksumValid: true, layoutValid: true },
      ...{ bootloaderCompatible: true, hardwareCompatible: true, sizeAdequate: true },
    });
  });

  it.each([
    ['another checksum', image({ declaredSha256: 'b'.repeat(64) }), 'checksum'],
    ['a bad signature', image({ signature: 'invalid', signatureReason: 'Its key is revoked.' }), 'revoked'],
    ['another version', image({}, { version: 'v5.2.0' }), 'v5.2.0'],
    ['a broken table', image({}, table(['Partition 2 ends behind the image.'])), 'Partition 2'],
    ['other hardware', image({}, { hardware: ['rev-d'] }), 'rev-c'],
    ['a minimum of the sender', image({ minHardware: 'rev-d' }), 'rev-c'],
    ['a newer bootloader', image({}, { bootloader: 'U-Boot 2024.07' }), 'bootloader'],
    ['too many bytes', image({}, { contentSizeBytes: 5001 }), '5001 bytes'],
    ['a later start', image({}, { fromVersion: 'v5.0.5' }), 'v5.0.5'],
  ])('rejects %s in one sentence', (_name, judged, words) => {
    expect(judgeImage(judged, gateway).error).toContain(words);
  });

  it.each([
    ['U-Boot 2024.01', 'U-Boot 2024.01', true],
    ['2023.10', 'U-Boot 2024.01', true],
    ['GRUB 2.06', 'U-Boot 2024.01', false],
    ['U-Boot', 'U-Boot 2024.01', null],
    [null, 'U-Boot 2024.01', null],
    ['U-Boot 2024.01', null, null],
  ])('bootloader %s needed, %s present: %s', (needed, present, expected) => {
    expect(bootloaderFits(needed, present)).toBe(expected);
  });
});
