/** Concludes from what was seen of a stack what is wrong, link by link. Each link has a file. Pure. */
import type { StackConfig } from '../../config';
import { hasAgentsAlone } from '../../config/derived/components';
import type { KubernetesObject } from '../../../charts/objects';
import { type Observed, whyUnknown } from '../observe/observed';
import type { StackState } from '../observe/state';
import { agentFindings } from './agent';
import { alertmanagerFindings } from './alertmanager';
import { canaryFindings } from './canary';
import { clockFindings } from './clock';
import { diskFindings } from './disk';
import { fileFindings } from './files';
import { type Finding, type Findings, type Link, type Report, reportOf, type Unchecked } from './finding';
import { gatewayFindings, queryFailure } from './gateway';
import { grafanaFindings } from './grafana';
import { labelFindings } from './labels';
import { limitFindings } from './limits';
import { networkFindings } from './network';
import { objectFindings } from './objects';
import { prometheusFindings } from './prometheus';
import { ruleFindings } from './rules';
import { secretFindings } from './secrets';
import { sendingFindings } from './sending';
import { workloadFindings } from './workloads';

/**
 * Goes through the whole chain.
 *
 * @param expected - the rendered stack
 * @param more - findings about one pod
 */
export function diagnose(
  stack: string,
  config: StackConfig,
  expected: readonly KubernetesObject[],
  state: StackState,
  more: { readonly findings: Findings; readonly unchecked: readonly Unchecked[] } = { findings: [], unchecked: [] },
): Report {
  return reportOf(
    stack,
    state.at,
    [
      ...more.findings,
      ...objectFindings(stack, expected, state),
      ...secretFindings(stack, config, state),
      ...workloadFindings(stack, expected, state),
      ...agentFindings(config, state),
      ...networkFindings(stack, config, expected, state),
      ...fileFindings(config, state),
      ...sendingFindings(config, state),
      ...(hasAgentsAlone(config) ? [] : gatewayFindings(state)),
      ...diskFindings(stack, config, state),
      ...limitFindings(state),
      ...labelFindings(config, state),
      ...clockFindings(state),
      ...ruleFindings(stack, config, expected, state),
      ...alertmanagerFindings(expected, state),
      ...prometheusFindings(state),
      ...grafanaFindings(state),
      ...canaryFindings(state),
    ].map((finding) => filledIn(finding, stack, config)),
    [...more.unchecked, ...unchecked(config, state)],
  );
}

/** The probable cause and the remedies, with the names of this stack. */
function filledIn(finding: Finding, stack: string, { namespaces }: StackConfig): Finding {
  const names: Readonly<Record<string, string>> = {
    '<stack>': stack,
    '<logging>': namespaces.logging,
    '<agents>': namespaces.agents,
  };
  const fill = (text: string): string => text.replace(/<(?:stack|logging|agents)>/g, (name) => names[name] ?? name);
  return { ...finding, probably: fill(finding.probably), todo: finding.todo.map(fill) };
}

/** Checks that could not be made, because what they look at is unknown. */
function unchecked(config: StackConfig, state: StackState): readonly Unchecked[] {
  const { prometheus, canary } = state;
  const parts: readonly (readonly [Link, Observed<unknown>])[] = [
    ['objects', state.objects],
    ['objects', state.pods],
    ['secrets', state.secrets],
    ...state.passwords.map(({ match }) => ['secrets', match] as const),
    ...state.certificates.map(({ notAfter }) => ['secrets', notAfter] as const),
    ['agent', state.nodes],
    ...state.agents.flatMap(({ figures, log }) => [['files', figures] as const, ['sending', log] as const]),
    ['network', state.dnsPolicies],
    ['gateway', state.gatewayLog],
    ...(hasAgentsAlone(config) ? [] : throughGateway(state)),
    ...state.loki.map(({ figures }) => ['limits', figures] as const),
    ...(prometheus === undefined ? [] : [['prometheus', prometheus.targetsDown] as const]),
    ...state.alertmanagers.map(({ failed }) => ['alertmanager', failed] as const),
    ...(canary === undefined ? [] : [['canary', canary] as const]),
  ];
  return parts.flatMap(([link, observed]) => {
    const why = whyUnknown(observed);
    return why === undefined ? [] : [{ link, why }];
  });
}

function throughGateway(state: StackState): readonly (readonly [Link, Observed<unknown>])[] {
  const { version, jobs, labels } = state.queries;
  return [
    ...(queryFailure(state) === undefined ? [['gateway', version] as const] : []),
    ['labels', jobs],
    ['labels', labels],
  ];
}
