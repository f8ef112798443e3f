/** The folder of the agent's positions. */
import { z } from 'zod';
import { AGENTS } from '../../components/kit/identity';
import { POSITIONS_VOLUME } from '../../components/agent';
import type { KubernetesObject } from '../../../charts/objects';
import { nameOf } from '../kubectl';
import type { Finding } from './finding';

const daemonSetShape = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      spec: z.looseObject({
        volumes: z
          .array(z.looseObject({ name: z.string(), hostPath: z.looseObject({ path: z.string() }).optional() }))
          .default([]),
      }),
    }),
  }),
});

/** A finding if the agent gets another folder for its positions. */
export function positionsFindings(wanted: KubernetesObject, running: KubernetesObject): readonly Finding[] {
  if (wanted.kind !== 'DaemonSet' || !(wanted.metadata.name in AGENTS)) return [];
  const [before, after] = [folderOf(running), folderOf(wanted)];
  if (before === undefined || after === undefined || before === after) return [];
  return [
    {
      path: `${nameOf(wanted)}: positions on the nodes`,
      running: before,
      wanted: after,
      rule: 'positions stay where they are: without them the agent reads all files from their beginning, and sends what is there already',
      remedy: `write agent.positionsDirectory: ${before}; or, if lines may come twice, delete the DaemonSet first`,
      resizable: false,
      applicable: false,
    },
  ];
}

function folderOf(object: KubernetesObject): string | undefined {
  const { volumes } = daemonSetShape.parse(object).spec.template.spec;
  return volumes.find(({ name }) => name === POSITIONS_VOLUME)?.hostPath?.path;
}
