/** Takes bytes from a stream of chunks in the pieces that a parser wants, without keeping more than a chunk. */
export class ByteQueue {
  private readonly chunks: AsyncIterator<Uint8Array>;
  private rest: Uint8Array = new Uint8Array(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.chunks = source[Symbol.asyncIterator]();
  }

  /** The next bytes, at most `length`; fewer only at the end. */
  async take(length: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let have = 0;
    while (have < length && (await this.fill())) {
      const part = this.rest.subarray(0, length - have);
      this.rest = this.rest.subarray(part.length);
      parts.push(part);
      have += part.length;
    }
    return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
  }

  /** Passes over bytes; how many there were. */
  async skip(length: number): Promise<number> {
    let passed = 0;
    while (passed < length && (await this.fill())) {
      const count = Math.min(this.rest.length, length - passed);
      this.rest = this.rest.subarray(count);
      passed += count;
    }
    return passed;
  }

  /** Ends the stream early. */
  async close(): Promise<void> {
    await this.chunks.return?.();
  }

  private async fill(): Promise<boolean> {
    while (this.rest.length === 0) {
      const { done, value } = await this.chunks.next();
      if (done) return false;
      this.rest = value;
    }
    return true;
  }
}
