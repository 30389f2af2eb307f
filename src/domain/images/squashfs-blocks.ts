/** The compressed blocks of a SquashFS: metadata as one stream of records, and the first bytes of a file. */
import { ByteFields } from './byte-fields';
import { type ImageSource, readExactly } from './image-source';
import { Malformed } from './malformed';
import type { SquashfsCompressor, SquashfsSuperblock } from './squashfs-superblock';

/** Uncompresses one block; Malformed when it is damaged, longer than `maxBytes`, or nothing here can uncompress it. */
export type UnpackBlock = (compressor: SquashfsCompressor, bytes: Uint8Array, maxBytes: number) => Promise<Uint8Array>;

const METADATA_BYTES = 8192;
const KEPT_BLOCKS = 64;

export class SquashfsBlocks {
  private readonly kept = new Map<number, { bytes: Uint8Array; next: number }>();

  constructor(
    private readonly source: ImageSource,
    readonly superblock: SquashfsSuperblock,
    private readonly unpackBlock: UnpackBlock,
  ) {}

  /** Reads records one after the other from a place in a metadata table. */
  metadata(block: number, offset: number): MetadataReader {
    return new MetadataReader((position) => this.metadataBlock(position), block, offset);
  }

  /** A data block or fragment as the image has it: bit 24 of its size says that it is stored uncompressed; 0 is a hole. */
  async data(position: number, sizeWord: number): Promise<Uint8Array> {
    const size = sizeWord & 0xffffff;
    const { blockBytes } = this.superblock;
    if (sizeWord === 0) return new Uint8Array(blockBytes);
    if (size > blockBytes) throw new Malformed('a block is too large');
    const bytes = await readExactly(this.source, position, size);
    return (sizeWord & 0x1000000) !== 0 ? bytes : this.unpack(bytes, blockBytes);
  }

  /** Where a fragment block lies, and its size word. */
  async fragment(index: number): Promise<{ position: number; sizeWord: number }> {
    const { fragmentTable, fragmentCount } = this.superblock;
    if (index >= fragmentCount) throw new Malformed('a fragment does not exist');
    const pointer = await readExactly(this.source, fragmentTable + Math.floor(index / 512) * 8, 8);
    const entry = await this.metadata(new ByteFields(pointer).u64(0), (index % 512) * 16).take(16);
    return { position: entry.u64(0), sizeWord: entry.u32(8) };
  }

  private async metadataBlock(position: number): Promise<{ bytes: Uint8Array; next: number }> {
    const known = this.kept.get(position);
    if (known) return known;
    const header = new ByteFields(await readExactly(this.source, position, 2)).u16(0);
    const size = header & 0x7fff;
    if (size === 0 || size > METADATA_BYTES) throw new Malformed('a metadata block is damaged');
    const raw = await readExactly(this.source, position + 2, size);
    const block = { bytes: (header & 0x8000) !== 0 ? raw : await this.unpack(raw, METADATA_BYTES), next: position + 2 + size };
    if (this.kept.size >= KEPT_BLOCKS) this.kept.clear();
    this.kept.set(position, block);
    return block;
  }

  private async unpack(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
    const { compressor } = this.superblock;
    if (compressor === null) throw new Malformed('is compressed in an unknown way');
    return this.unpackBlock(compressor, bytes, maxBytes);
  }
}

/** Takes records from metadata blocks that follow each other. */
export class MetadataReader {
  constructor(
    private readonly blockAt: (position: number) => Promise<{ bytes: Uint8Array; next: number }>,
    private position: number,
    private offset: number,
  ) {}

  async take(length: number): Promise<ByteFields> {
    const taken = new Uint8Array(length);
    for (let have = 0; have < length; ) {
      const { bytes, next } = await this.blockAt(this.position);
      if (this.offset > bytes.length || (bytes.length === 0 && length > 0)) throw new Malformed('points outside of a metadata block');
      const part = bytes.subarray(this.offset, this.offset + length - have);
      taken.set(part, have);
      have += part.length;
      this.offset += part.length;
      if (have < length) {
        this.position = next;
        this.offset = 0;
      }
    }
    return new ByteFields(taken);
  }
}
