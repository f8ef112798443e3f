/** Promtail as the stack's agent: its container and its config file. */
import type { Construct } from 'constructs';
import { stringify } from 'yaml';
import type { StackConfig } from '../../config';
import { LABELS } from '../../log-model';
import { Agent } from '../agent';
import { goMemory, httpProbe, podField, tcpProbe } from '../kit/container';
import { PROMTAIL } from '../kit/identity';
import { FOLDERS, promtailConfig } from './config';

/** A killed agent loses its current batch. So it may wait as long as a Loki takes that restarts at the same time. */
const END_SECONDS = 300;

/** Promtail: the agent that the mission names. */
export class Promtail extends Agent {
  constructor(scope: Construct, id: string, props: StackConfig) {
    const { images, resources } = props;
    super(scope, id, props, {
      identity: PROMTAIL,
      folders: FOLDERS,
      files: {
        // Promtail reads YAML 1.1, in which yes and on are not text. Expressions are not wrapped, so that one can search for them. The
        // indent is small, because `kubectl apply` and others keep a copy of the object in an annotation of at most 256 KiB.
        'config.yaml': stringify(promtailConfig(props), { version: '1.1', lineWidth: 0, indent: 1, indentSeq: false }),
      },
      container: {
        image: images.promtail,
        args: [`-config.file=${FOLDERS.config}/config.yaml`, `-client.external-labels=${LABELS.node}=$(HOSTNAME)`],
        // Discovery asks for the pods of this node only.
        env: [podField('HOSTNAME', 'spec.nodeName'), goMemory(resources.promtail)],
        resources: resources.promtail,
        // Ready once it has a target. Every node has at least Promtail itself as one.
        readinessProbe: { ...httpProbe('/ready', 'metrics'), periodSeconds: 5, failureThreshold: 5 },
        livenessProbe: tcpProbe('metrics'),
      },
      terminationGracePeriodSeconds: END_SECONDS,
    });
  }
}
