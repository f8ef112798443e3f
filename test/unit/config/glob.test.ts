import { globsOverlap } from '../../../src/config/glob';

test.each([
  ['/logs/[a-c]x.log', '/logs/bx.log', true],
  ['/logs/[a-c]x.log', '/logs/dx.log', false],
  ['/logs/[!a-c]x.log', '/logs/bx.log', false],
  ['/logs/[^a-c]x.log', '/logs/dx.log', true],
  ['/logs/[a-]x.log', '/logs/-x.log', true],
  // A range whose end comes first matches no file.
  ['/logs/[z-a].log', '/logs/*.log', false],
  ['/logs/é.log', '/logs/é.log', true],
  ['/logs/[é-ê].log', '/logs/*.log', true],
  ['/logs/é.log', '/logs/ê.log', false],
  ['/logs/{a,b}.log', '/logs/b.log', true],
  ['/logs/**/a.log', '/logs/deep/er/a.log', true],
  ['/logs/*/a.log', '/logs/deep/er/a.log', false],
])('whether one file can be read by %s and %s: %s', (one, other, expected) => {
  expect(globsOverlap(one, other)).toBe(expected);
  expect(globsOverlap(other, one)).toBe(expected);
});
