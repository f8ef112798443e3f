/** What may import what. `npm run lint` fails on an import that runs back up, and on files that import each other in a circle. */

/** What reads and checks a stack file. It looks at the alerts that follow from it, so that it stands above them. */
const LOADER = 'src/config/(?:rules/|(?:index|known-alerts|parse|stack-[a-z]+)\\.ts$)';

/** The rooms, from the bottom up. A file imports what is below it, and of its own floor only its own room. Types count. */
const FLOORS = [
  ['src/log-model/', 'src/syntax/', 'tools/'],
  [`src/config/(?!${LOADER.slice('src/config/'.length)})`],
  // What sources write, which both agents are rendered from.
  ['src/pipelines/[a-z-]+\\.ts$'],
  ['src/dashboards/', 'src/pipelines/promtail/', 'src/pipelines/collector/'],
  ['src/alerts/'],
  [LOADER],
  ['src/secrets/'],
  ['src/components/'],
  ['charts/'],
  ['src/operations/'],
  ['src/deploy/'],
  ['src/docs/', 'src/alert-tests/', 'src/logger/', 'src/[a-z]+\\.ts$'],
  ['programs/'],
  ['local/'],
  ['bench/', 'examples/'],
  ['test/'],
];

const among = (rooms) => `^(?:${rooms.join('|')})`;

const upwards = FLOORS.flatMap((rooms, floor) =>
  rooms.map((room) => ({
    name: `not-up-from-${room.replace(/\/?\(.*|\/$|\\.*/g, '').replaceAll('/', '-')}`,
    comment: 'It runs back up, or across a floor: see FLOORS in .dependency-cruiser.mjs.',
    severity: 'error',
    from: { path: among([room]) },
    to: { path: among([...rooms.filter((other) => other !== room), ...FLOORS.slice(floor + 1).flat()]) },
  })),
);

export default {
  forbidden: [
    ...upwards.filter(({ from, to }) => from.path !== among(['test/']) && to.path !== among([])),
    {
      name: 'logger-knows-the-log-model-alone',
      comment: 'Applications import it, browsers too.',
      severity: 'error',
      from: { path: '^src/logger/' },
      to: { path: '^(?:src|charts)/', pathNot: '^src/(?:logger|log-model)/' },
    },
    {
      name: 'product-needs-no-tools',
      comment: 'What is deployed is rendered without the real programs.',
      severity: 'error',
      from: { path: '^(?:src|charts)/' },
      to: { path: '^tools/' },
    },
    {
      name: 'no-circle',
      comment: 'Files that import each other are one file, or have something in common that stands below both.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    // Imports of types are arrows as well.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    includeOnly: '^(?:src|charts|programs|local|bench|tools|examples|test)/',
    exclude: '^examples/(?:cdk8s-app|pulumi-program)/',
  },
};
