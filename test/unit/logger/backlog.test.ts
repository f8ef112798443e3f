import * as fc from 'fast-check';
import { Backlog } from '../../../src/logger/backlog';

/** Takes everything out as a writer does that gets through so many bytes at a time. */
function drain(backlog: Backlog, bytesAtOnce: number): string {
  const written: Buffer[] = [];
  for (let [bytes] = backlog.peek(1); bytes !== undefined; [bytes] = backlog.peek(1)) {
    const part = bytes.subarray(0, bytesAtOnce);
    written.push(part);
    backlog.advance(part.length);
  }
  return Buffer.concat(written).toString();
}

describe('a backlog', () => {
  const lines = fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant('x'.repeat(9000))), { maxLength: 40 });

  it('gives every line once, in order, whatever part of it is written at once', () => {
    fc.assert(
      fc.property(lines, fc.integer({ min: 1, max: 40_000 }), (given, bytesAtOnce) => {
        const clean = given.map((line) => line.replaceAll('\n', ' '));
        const backlog = new Backlog(2 ** 24);
        for (const line of clean) backlog.add(line);
        const mark = backlog.mark();
        expect(backlog.isDone(mark)).toBe(clean.length === 0);
        expect(backlog.lines).toBe(clean.length);
        expect(drain(backlog, bytesAtOnce)).toBe(clean.map((line) => `${line}\n`).join(''));
        expect([backlog.isDone(mark), backlog.isEmpty, backlog.lines, backlog.takeLost()]).toEqual([true, true, 0, 0]);
      }),
      { numRuns: 100 },
    );
  });

  it('has no more bytes than it may, and counts what did not fit', () => {
    const backlog = new Backlog(100_000);
    for (let count = 0; count < 3000; count += 1) backlog.add('x'.repeat(99));
    expect(backlog.lines).toBe(1000);
    expect(backlog.isHalfFull).toBe(true);
    expect(backlog.takeLost()).toBe(2000);
    expect(backlog.takeLost()).toBe(0);
    drain(backlog, 2 ** 20);
    backlog.add('there is room again');
    expect([backlog.lines, backlog.takeLost(), backlog.isHalfFull]).toEqual([1, 0, false]);
  });

  it('counts a line as not written until its end is', () => {
    const backlog = new Backlog(2 ** 20);
    for (const line of ['one', 'two', 'three']) backlog.add(line);
    backlog.mark();
    backlog.advance(Buffer.byteLength('one\ntw'));
    expect(backlog.lines).toBe(2);
    backlog.drop();
    expect([backlog.lines, backlog.takeLost(), backlog.isEmpty]).toEqual([0, 2, true]);
  });

  it('grows to what the one wants who wants most', () => {
    const backlog = new Backlog(10);
    backlog.allow(1000);
    backlog.allow(20);
    backlog.add('x'.repeat(500));
    expect([backlog.lines, backlog.takeLost()]).toEqual([1, 0]);
  });
});
