/** What merge patches and JSON patches make of an object, and which operations are refused. */
import { differences } from '../../../charts/patches/differences';
import { merged, operated } from '../../../charts/patches/operations';
import type { Patch, Problem } from '../../../src/config';

type Operation = NonNullable<Patch['json']>[number];

/** The examples of RFC 7396, appendix A. */
test.each([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])('merging into %j what is %j', (target, patch, result) => {
  expect(merged(target, patch)).toEqual(result);
});

const OBJECT = { metadata: { labels: { 'a/b': 'c' } }, spec: { ports: [{ port: 1 }, { port: 2 }] } };

describe('given an operation, it does to the object what RFC 6902 says, and leaves the given one as it is', () => {
  test.each<[Operation, object]>([
    [
      { op: 'add', path: '/spec/ports/-', value: 3 },
      { ...OBJECT, spec: { ports: [{ port: 1 }, { port: 2 }, 3] } },
    ],
    [
      { op: 'add', path: '/spec/ports/2', value: 3 },
      { ...OBJECT, spec: { ports: [{ port: 1 }, { port: 2 }, 3] } },
    ],
    [
      { op: 'add', path: '/spec/ports/0', value: 3 },
      { ...OBJECT, spec: { ports: [3, { port: 1 }, { port: 2 }] } },
    ],
    [
      { op: 'replace', path: '/metadata/labels/a~1b', value: 'd' },
      { ...OBJECT, metadata: { labels: { 'a/b': 'd' } } },
    ],
    [
      { op: 'remove', path: '/spec/ports/0' },
      { ...OBJECT, spec: { ports: [{ port: 2 }] } },
    ],
    [
      { op: 'move', from: '/metadata/labels', path: '/metadata/annotations' },
      { ...OBJECT, metadata: { annotations: { 'a/b': 'c' } } },
    ],
    [
      { op: 'copy', from: '/metadata/labels', path: '/metadata/labels/d' },
      { ...OBJECT, metadata: { labels: { 'a/b': 'c', d: { 'a/b': 'c' } } } },
    ],
    [{ op: 'test', path: '/spec/ports', value: [{ port: 1 }, { port: 2 }] }, OBJECT],
  ])('%j', (operation, result) => {
    const before = structuredClone(OBJECT);
    expect(operated(before, [operation], ['json'])).toEqual({ value: result });
    expect(before).toEqual(OBJECT);
  });
});

describe('given an operation that cannot be, the report names it, and what the object has instead', () => {
  const NO_VALUE = (op: string) => `a place of the object that has a value, for ${op}`;
  test.each<[what: string, Operation, Omit<Problem, 'received'>]>([
    [
      'what is taken out is not there',
      { op: 'remove', path: '/spec/paused' },
      { path: 'json[1].path', rule: NO_VALUE('remove'), remedy: 'the object has /spec: ports' },
    ],
    [
      'what is replaced is not there',
      { op: 'replace', path: '/status/paused', value: 1 },
      { path: 'json[1].path', rule: NO_VALUE('replace'), remedy: 'the object has at its top: metadata, spec' },
    ],
    [
      'what is moved is not there',
      { op: 'move', from: '/spec/ports/2', path: '/spec/a' },
      { path: 'json[1].from', rule: NO_VALUE('move'), remedy: 'the object has /spec/ports: 0, 1' },
    ],
    [
      'what is copied is not there',
      { op: 'copy', from: '/spec/ports/0/port/a', path: '/spec/a' },
      { path: 'json[1].from', rule: NO_VALUE('copy'), remedy: 'the object has /spec/ports/0/port: nothing' },
    ],
    [
      'what is compared is not there',
      { op: 'test', path: '/spec/a', value: 1 },
      { path: 'json[1].path', rule: NO_VALUE('test'), remedy: 'the object has /spec: ports' },
    ],
    [
      'the length of a list is no place of it',
      { op: 'remove', path: '/spec/ports/length' },
      { path: 'json[1].path', rule: NO_VALUE('remove'), remedy: 'the object has /spec/ports: 0, 1' },
    ],
    [
      'another value stands there',
      { op: 'test', path: '/spec/ports/0/port', value: 7 },
      {
        path: 'json[1].value',
        rule: 'what the object has there: 1',
        remedy: 'look whether the patch still means the same, and correct it',
      },
    ],
    [
      'a number has no keys',
      { op: 'add', path: '/spec/ports/0/port/a', value: 1 },
      {
        path: 'json[1].path',
        rule: 'a place in a mapping or list that the object has',
        remedy: 'the object has /spec/ports/0/port: nothing',
      },
    ],
    [
      'the place is behind the end of its list',
      { op: 'add', path: '/spec/ports/3', value: 1 },
      { path: 'json[1].path', rule: 'a place of the list: 0 to 2, or - for its end', remedy: 'correct it' },
    ],
    [
      'a value is moved into itself',
      { op: 'move', from: '/metadata/labels', path: '/metadata/labels/a' },
      { path: 'json[1].path', rule: 'a place outside of what is moved', remedy: 'move it elsewhere, or copy it' },
    ],
  ])('%s', (_, operation, problem) => {
    const before: Operation = { op: 'test', path: '/spec/ports/0/port', value: 1 };
    const received: unknown = expect.any(String);
    expect(operated(OBJECT, [before, operation], ['json'])).toEqual({ problem: { ...problem, received } });
  });
});

describe('the differences of two objects are places of single values', () => {
  test.each<[what: string, before: object, after: object, places: readonly string[]]>([
    ['another value', { a: { b: 1 } }, { a: { b: 2 } }, ['a.b']],
    ['a value that came, and one that went', { a: 1 }, { b: 1 }, ['a', 'b']],
    [
      'a named entry before others',
      { a: [{ name: 'x', b: 1 }] },
      { a: [{ name: 'y' }, { name: 'x', b: 1 }] },
      ['a.y.name'],
    ],
    ['an entry without a name before others', { a: [1, 2] }, { a: [0, 1, 2] }, ['a.0', 'a.1', 'a.2']],
    [
      'two entries of one name',
      { a: [{ name: 'x' }] },
      { a: [{ name: 'x' }, { name: 'x' }] },
      ['a.x.name', 'a.0.name', 'a.1.name'],
    ],
    ['a mapping that becomes a value', { a: { b: 1 } }, { a: 1 }, ['a.b']],
    ['an empty mapping that goes', { a: {} }, {}, ['a']],
    ['an empty list that becomes a mapping', { a: [] }, { a: {} }, ['a']],
    ['an order of keys, which is none', { a: 1, b: 2 }, { b: 2, a: 1 }, []],
  ])('%s', (_, before, after, places) => {
    expect(differences(before, after).map((keys) => keys.join('.'))).toEqual(places);
  });
});
