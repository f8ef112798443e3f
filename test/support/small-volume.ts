/** A volume that is full after some megabytes: a file system in memory, mounted on a folder. Mounting is root's. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export const canMount = process.getuid?.() === 0;

const MEGABYTE = 2 ** 20;

export class SmallVolume {
  private readonly ballast: string;

  constructor(
    readonly folder: string,
    megabytes: number,
  ) {
    mkdirSync(folder, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
    this.ballast = join(folder, 'ballast');
  }

  /** The share that is used. */
  used(): number {
    const { bfree, blocks } = statfsSync(this.folder);
    return 1 - bfree / blocks;
  }

  /** Somebody else's file grows until this share is used; 1 is until nothing more goes in. */
  fill(share: number): void {
    const file = openSync(this.ballast, 'a');
    try {
      while (this.used() < share) writeSync(file, Buffer.alloc(share < 1 ? MEGABYTE : 4096));
    } catch (error) {
      if (!(typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOSPC')) throw error;
    } finally {
      closeSync(file);
    }
  }

  /** That file is gone. */
  free(): void {
    rmSync(this.ballast, { force: true });
  }

  unmount(): void {
    execFileSync('umount', [this.folder]);
  }
}
