/** The label of a ring: members of two steps that are no neighbours would not hear each other, and pushes fail. */
import { parse } from 'yaml';
import { z } from 'zod';
import type { KubernetesObject } from '../../../charts/objects';
import { nameOf } from '../kubectl';
import type { Finding } from './finding';

const CONFIG_MAP = 'loki-config';
/** From a ring without a label to one that demands it. A ring can be between two neighbours, and no others. */
const STEPS = ['none', 'accepted', 'sent', 'demanded'] as const;
type Step = (typeof STEPS)[number];

const configMapShape = z.looseObject({ data: z.looseObject({ 'config.yaml': z.string() }) });
const configShape = z.looseObject({
  memberlist: z
    .looseObject({
      cluster_label: z.string().default(''),
      cluster_label_verification_disabled: z.boolean().default(false),
    })
    .optional(),
});

/** A change of the ring's label that a rolling update would not survive. */
export function ringFindings(wanted: KubernetesObject, running: KubernetesObject): readonly Finding[] {
  if (wanted.kind !== 'ConfigMap' || wanted.metadata.name !== CONFIG_MAP) return [];
  const [before, after] = [ringOf(running), ringOf(wanted)];
  if (before === undefined || after === undefined) return [];
  const [from, to] = [before, after].map(({ step }) => STEPS.indexOf(step));
  const isRelabelled = before.label !== '' && after.label !== '' && before.label !== after.label;
  const isNear = Math.abs((from ?? 0) - (to ?? 0)) <= 1;
  if (isNear && (!isRelabelled || (before.step === 'sent' && after.step === 'sent'))) return [];
  const next = STEPS[isRelabelled && isNear ? STEPS.indexOf('sent') : (from ?? 0) + Math.sign((to ?? 0) - (from ?? 0))];
  return [
    {
      path: `${nameOf(wanted)}: config.yaml: memberlist.cluster_label`,
      running: shown(before),
      wanted: shown(after),
      rule: 'a running ring goes one step at a time: while it rolls, members of both steps have to hear each other, or pushes fail',
      remedy: `write deployment.clusterLabel: ${next ?? ''} first: docs/ha.md#the-rings-label`,
      resizable: false,
      applicable: false,
    },
  ];
}

interface Ring {
  readonly step: Step;
  readonly label: string;
}

function ringOf(configMap: KubernetesObject): Ring | undefined {
  const { memberlist } = configShape.parse(parse(configMapShape.parse(configMap).data['config.yaml']));
  if (memberlist === undefined) return undefined;
  const { cluster_label: label, cluster_label_verification_disabled: isLenient } = memberlist;
  return { step: label === '' ? (isLenient ? 'accepted' : 'none') : isLenient ? 'sent' : 'demanded', label };
}

function shown({ step, label }: Ring): string {
  return label === '' ? step : `${step} (${label})`;
}
