import { createHash, Hash } from 'node:crypto';
import * as fs from 'node:fs';

/** A member of an archive; everything that is not said is the same for every member and every run. */
export interface TarEntry {
  /** Path without a leading slash. */
  readonly path: string;
  readonly mode: number;
  /** Numeric owner. @default 0 */
  readonly uid?: number;
  /** Numeric group. @default - same as `uid` */
  readonly gid?: number;
  readonly body:
    | { readonly kind: 'folder' }
    | { readonly kind: 'link'; readonly target: string }
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'file'; readonly source: string };
}

const BLOCK = 512;
const TYPES = { folder: '5', link: '2', text: '0', file: '0' } as const;

function header(name: string, type: string, size: number, entry: TarEntry): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, offset: number, length: number): void => {
    block.write(value.toString(8).padStart(length - 1, '0'), offset, 'ascii');
  };
  const uid = entry.uid ?? 0;
  block.write(name, 0, 100, 'utf8');
  octal(entry.mode, 100, 8);
  octal(uid, 108, 8);
  octal(entry.gid ?? uid, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12); // the time of every member is 1970: archives of the same content are equal
  block.fill(' ', 148, 156);
  block.write(type, 156, 'ascii');
  if (entry.body.kind === 'link') block.write(entry.body.target, 157, 100, 'utf8');
  block.write('ustar\u000000', 257, 'ascii');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'ascii');
  return block;
}

/** The extended header that carries what does not fit into a plain one. */
function longNames(path: string, target: string): string {
  const record = (key: string, value: string): string => {
    if (Buffer.byteLength(value) <= 100) return '';
    const rest = ` ${key}=${value}\n`;
    let length = Buffer.byteLength(rest);
    // The length counts its own digits.
    while (String(length).length + Buffer.byteLength(rest) !== length) {
      length = String(length).length + Buffer.byteLength(rest);
    }
    return `${length}${rest}`;
  };
  return record('path', path) + record('linkpath', target);
}

/** Writes a tar archive, member by member, and hashes it on the way. */
export class TarWriter {
  private readonly descriptor: number;
  private readonly hash: Hash = createHash('sha256');

  constructor(file: string) {
    this.descriptor = fs.openSync(file, 'w');
  }

  /** Appends a member. */
  add(entry: TarEntry): void {
    const { body } = entry;
    const path = body.kind === 'folder' ? `${entry.path}/` : entry.path;
    const extended = longNames(path, body.kind === 'link' ? body.target : '');
    if (extended !== '') {
      const text = Buffer.from(extended);
      this.write(header('extended', 'x', text.length, { ...entry, body: { kind: 'folder' } }));
      this.writePadded(text);
    }
    if (body.kind === 'file') {
      this.write(header(path, TYPES.file, fs.statSync(body.source).size, entry));
      this.copy(body.source);
    } else {
      const text = Buffer.from(body.kind === 'text' ? body.text : '');
      this.write(header(path, TYPES[body.kind], text.length, entry));
      this.writePadded(text);
    }
  }

  /** Ends the archive; returns its SHA-256 in hexadecimal. */
  close(): string {
    this.write(Buffer.alloc(2 * BLOCK));
    fs.closeSync(this.descriptor);
    return this.hash.digest('hex');
  }

  private copy(source: string): void {
    const input = fs.openSync(source, 'r');
    const chunk = Buffer.alloc(1 << 20);
    let total = 0;
    for (let read = fs.readSync(input, chunk); read > 0; read = fs.readSync(input, chunk)) {
      this.write(chunk.subarray(0, read));
      total += read;
    }
    fs.closeSync(input);
    this.pad(total);
  }

  private writePadded(data: Buffer): void {
    this.write(data);
    this.pad(data.length);
  }

  private pad(length: number): void {
    this.write(Buffer.alloc((BLOCK - (length % BLOCK)) % BLOCK));
  }

  private write(data: Buffer): void {
    this.hash.update(data);
    for (let done = 0; done < data.length;) {
      done += fs.writeSync(this.descriptor, data, done);
    }
  }
}
