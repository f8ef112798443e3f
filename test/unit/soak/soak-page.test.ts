/** docs/soak.md is written section by section. */
import { withSection } from '../../support/soak-page';

const PAGE = '# Soak\n\nThe last results.\n\n## Durability\n\nold\n\n| a |\n|---|\n\n## False alarms\n\nnone\n';

test('given a section that is there, it is replaced, and the others stay', () => {
  expect(withSection(PAGE, 'Durability', 'new\n')).toBe(
    '# Soak\n\nThe last results.\n\n## Durability\n\nnew\n\n## False alarms\n\nnone\n',
  );
});

test('given a section that is not there, it becomes the last', () => {
  expect(withSection('# Soak\n\nThe last results.\n', 'False alarms', 'none')).toBe(
    '# Soak\n\nThe last results.\n\n## False alarms\n\nnone\n',
  );
});

test('a section that is written again changes nothing', () => {
  expect(withSection(PAGE, 'False alarms', 'none')).toBe(PAGE);
});
