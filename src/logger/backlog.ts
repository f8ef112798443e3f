/** A bounded queue of lines that wait to be written. */

/** How many bytes are kept together. Each line by itself would cost too much. */
const CHUNK = 16 * 1024;
const NEWLINE = 0x0a;

interface Chunk {
  /** Outside of JavaScript's heap, so that a long queue does not slow down everything else. */
  readonly bytes: Buffer;
  readonly lines: number;
}

/** A queue of lines whose size is bounded. What does not fit is counted. */
export class Backlog {
  #maxBytes: number;
  /** Lines of the next chunk. */
  #text = '';
  #textLines = 0;
  readonly #chunks: Chunk[] = [];
  /** Bytes of the chunks. */
  #bytes = 0;
  /** Bytes of the first chunk that are written. */
  #offset = 0;
  #taken = 0;
  #done = 0;
  #lost = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Has room for at least as many bytes. */
  allow(maxBytes: number): void {
    this.#maxBytes = Math.max(this.#maxBytes, maxBytes);
  }

  /** Takes a line, or counts it as lost; true: a chunk is complete. */
  add(line: string): boolean {
    if (this.#bytes + this.#text.length + line.length >= this.#maxBytes) {
      this.#lost += 1;
      return false;
    }
    this.#text = `${this.#text}${line}\n`;
    this.#textLines += 1;
    if (this.#text.length < CHUNK) return false;
    this.#seal();
    return true;
  }

  /** Makes a chunk of what was taken. */
  #seal(): void {
    if (this.#textLines === 0) return;
    const bytes = Buffer.from(this.#text);
    this.#chunks.push({ bytes, lines: this.#textLines });
    this.#bytes += bytes.length;
    this.#taken += 1;
    this.#text = '';
    this.#textLines = 0;
  }

  /** The next bytes to be written, of whole chunks; one chunk at least. Lines that are no whole chunk yet wait for those before. */
  peek(maxBytes: number): Buffer[] {
    if (this.#chunks.length === 0) this.#seal();
    const buffers: Buffer[] = [];
    let size = 0;
    for (const { bytes } of this.#chunks) {
      if (size > 0 && size + bytes.length > maxBytes) break;
      buffers.push(size === 0 ? bytes.subarray(this.#offset) : bytes);
      size += bytes.length;
    }
    return buffers;
  }

  /** Takes note that bytes were written. */
  advance(bytes: number): void {
    let offset = this.#offset + bytes;
    let count = 0;
    for (const chunk of this.#chunks) {
      if (offset < chunk.bytes.length) break;
      offset -= chunk.bytes.length;
      count += 1;
    }
    for (const { bytes: written } of this.#chunks.splice(0, count)) this.#bytes -= written.length;
    this.#done += count;
    this.#offset = offset;
  }

  /** Gives everything up. */
  drop(): void {
    this.lose(this.lines);
    this.#done += this.#chunks.length;
    this.#chunks.length = 0;
    this.#bytes = 0;
    this.#offset = 0;
    this.#text = '';
    this.#textLines = 0;
  }

  /** Counts lines as lost. */
  lose(lines: number): void {
    this.#lost += lines;
  }

  /** Lines that were lost since this was last asked. */
  takeLost(): number {
    const lost = this.#lost;
    this.#lost = 0;
    return lost;
  }

  /** Everything so far is written when {@link isDone} says so of this. */
  mark(): number {
    this.#seal();
    return this.#taken;
  }

  isDone(mark: number): boolean {
    return this.#done >= mark;
  }

  get isEmpty(): boolean {
    return this.#chunks.length === 0 && this.#textLines === 0;
  }

  get isHalfFull(): boolean {
    return this.#bytes > this.#maxBytes / 2;
  }

  /** How many lines are not written, or not to their end. */
  get lines(): number {
    const [first] = this.#chunks;
    const written = first === undefined ? 0 : countLines(first.bytes.subarray(0, this.#offset));
    return this.#chunks.reduce((sum, { lines }) => sum + lines, this.#textLines) - Math.min(written, first?.lines ?? 0);
  }
}

function countLines(bytes: Buffer): number {
  let count = 0;
  for (const byte of bytes) if (byte === NEWLINE) count += 1;
  return count;
}
