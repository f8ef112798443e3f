/** `npm run releases`: which pinned programs, images and packages have a newer release. */
import { command, EXIT, type ExitCode, printJson } from '../../src/operations/command';
import { JSON_OPTION } from '../../src/operations/options';
import { projectRoot } from '../../tools/cache';
import { formatFindings } from './format';
import { type Finding, isOutdated, look } from './look';
import { pins } from './pins';

export default command({
  options: JSON_OPTION,
  run: async ({ json }) => {
    const project = projectRoot();
    const findings = await look(project, await pins(project));
    if (json) printJson(findings.map((finding) => ({ ...finding, outdated: isOutdated(finding) })));
    else process.stdout.write(formatFindings(findings));
    return ending(findings);
  },
});

/** A newer release counts more than a pin that could not be looked at. */
export function ending(findings: readonly Finding[]): ExitCode {
  if (findings.some(isOutdated)) return EXIT.bad;
  return findings.some(({ failure }) => failure !== undefined) ? EXIT.failed : EXIT.good;
}
