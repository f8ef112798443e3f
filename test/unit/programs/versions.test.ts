/** Which versions are newer than a pinned one. */
import { newerThan } from '../../../programs/releases/versions';

test.each([
  ['a newer patch', 'v1.36.3', ['v1.36.2', 'v1.36.4', 'v1.36.10'], { inMinor: 'v1.36.10', atAll: 'v1.36.10' }],
  ['a newer minor version only', '3.7.8', ['3.6.99', '3.7.8', '3.10.0', '3.9.9'], { atAll: '3.10.0' }],
  ['a newer major version and a newer patch', '12.4.4', ['13.0.1', '12.4.5'], { inMinor: '12.4.5', atAll: '13.0.1' }],
  ['nothing newer', '1.2.3', ['1.2.3', '1.2.2', '0.99.99'], {}],
  ['pre-releases', 'v1.2.3', ['v1.3.0-rc.1', 'v1.3.0-alpha', 'v1.2.4-rc1', 'v1.2.4-beta', 'v1.2.4-0.2026'], {}],
  ['another flavour of an image', '1.29.4-alpine', ['1.29.5', '1.29.5-alpine3.22', '1.30.0-perl'], {}],
  [
    'the same flavour',
    '1.29.4-alpine',
    ['1.29.5-alpine', '1.30.0-rc'],
    { inMinor: '1.29.5-alpine', atAll: '1.29.5-alpine' },
  ],
  ['tags that are no versions', '3.7.8', ['latest', '4', '3.8', 'main-4f2c1d0', 'k300-1a2b3c4', 'v3.7.9', ''], {}],
])('given %s, it tells what is newer', (_, pinned, known, expected) => {
  expect(newerThan(pinned, known)).toEqual(expected);
});

test.each(['latest', '1.2', '1.2.3-rc.1', '1.2.4-rc', ''])('a pin that is no release, "%s", is an error', (pinned) => {
  expect(() => newerThan(pinned, ['1.2.3'])).toThrow(`"${pinned}" is no version of three numbers`);
});
