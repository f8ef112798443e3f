/** The labels of a source: from the metadata of its pod, as discovery gives them to Promtail. */
import { FORMATS, LABELS, POD_LABELS } from '../../log-model';
import type { ScrapeProps } from '../scrape-props';
import { FORMAT, jobsOf, NAMED_BY, ORIGIN } from '../sources';
import { all, any, type Group, groupsOf, isAnyOf, isThere, literal, ofSource, set, setFirstText } from './ottl';

/** Names that OpenTelemetry has for what the path of a pod's file says. */
const CONTAINER = 'k8s.container.name';
export const POD_NAME = 'k8s.pod.name';
export const POD_UID = 'k8s.pod.uid';
export const NAMESPACE_NAME = 'k8s.namespace.name';

/** A label of a pod, as an attribute of the source until its own labels are made of it. */
export const podLabel = (name: string): string => `label ${name}`;
const labelOf = (name: string): string => ofSource(podLabel(name));
const isEmpty = (value: string): string => any([`${value} == nil`, `${value} == ""`]);

/** The name of the agent's node, which only its environment knows. */
export const NODE_VARIABLE = 'NODE_NAME';
const nodeLabel = set(ofSource(LABELS.node), `"\${env:${NODE_VARIABLE}}"`);

/** What is the same for every source of an agent: its node, and the labels that all lines have. */
export function placeLabels({ labels }: Pick<ScrapeProps, 'labels'>): readonly string[] {
  return [nodeLabel, ...Object.entries(labels).map(([name, value]) => set(ofSource(name), literal(value)))];
}

/** What the path of a pod's file says of its source, so that the pod's metadata are found. */
export function podOfPath(path: string): Group {
  const directory = '(?P<namespace>[^/_]+)_(?P<pod>[^/_]+)_(?P<uid>[^/_]+)';
  const found = { namespace: NAMESPACE_NAME, pod: POD_NAME, uid: POD_UID, container: CONTAINER };
  return {
    statements: [
      set('resource.cache', groupsOf(ofSource(path), `/${directory}/(?P<container>[^/]+)/[^/]+$`)),
      ...Object.entries(found).map(([name, target]) => set(ofSource(target), `resource.cache[${literal(name)}]`)),
    ],
  };
}

/** Labels of the pods' records, and what is kept beside them. */
export function podLabels(own: Pick<ScrapeProps, 'labels' | 'podLabels'>): Group {
  const named = (label: keyof typeof NAMED_BY): readonly string[] => [
    set(ofSource(label), ofSource(CONTAINER)),
    ...setFirstText(ofSource(label), NAMED_BY[label].map(labelOf)),
  ];
  return {
    statements: [
      ...named(LABELS.job),
      ...named(LABELS.app),
      ...named(LABELS.service),
      ...format(),
      set(ofSource(LABELS.namespace), ofSource(NAMESPACE_NAME)),
      set(ofSource(LABELS.container), ofSource(CONTAINER)),
      ...placeLabels(own),
      set(ofSource(ORIGIN.pod), ofSource(POD_NAME)),
      ...own.podLabels.map((one) => {
        const value = labelOf(one.podLabel);
        return set(ofSource(one.name), value, one.type === 'label' ? isAnyOf(value, one.values) : isThere(value));
      }),
    ],
  };
}

/** The format of a pod: by its own word, or else by its job, or else none that was declared. An unknown one counts as that. */
function format(): readonly string[] {
  const said = labelOf(POD_LABELS.format);
  const [otherwise, ...others] = FORMATS;
  return [
    set(ofSource(FORMAT), literal(otherwise)),
    ...others.map((name) => {
      const jobs = jobsOf(name);
      return set(
        ofSource(FORMAT),
        literal(name),
        any([
          `${said} == ${literal(name)}`,
          ...(jobs.length === 0 ? [] : [all([isEmpty(said), isAnyOf(ofSource(LABELS.job), jobs)])]),
        ]),
      );
    }),
  ];
}
