/** The OpenTelemetry Collector as the stack's agent: its container and its config file. */
import type { Construct } from 'constructs';
import type { StackConfig } from '../../config';
import { NODE_VARIABLE } from '../../pipelines/collector/source';
import { Agent } from '../agent';
import { goMemory, httpProbe, podField, tcpProbe } from '../kit/container';
import { COLLECTOR } from '../kit/identity';
import { collectorArgs, collectorConfig, FOLDERS } from './config';
import { furtherSecrets, tenantSecrets } from './destinations';
import { configText } from './text';

/** What is not delivered when it ends waits on the node's disk. */
const END_SECONDS = 60;

/** The OpenTelemetry Collector: the agent that gets fixes. */
export class Collector extends Agent {
  constructor(scope: Construct, id: string, props: StackConfig) {
    const { images, resources } = props;
    super(scope, id, props, {
      identity: COLLECTOR,
      folders: FOLDERS,
      files: { 'config.yaml': configText(collectorConfig(props)) },
      container: {
        image: images.collector,
        args: [...collectorArgs(`${FOLDERS.config}/config.yaml`)],
        // It asks for the pods of this node only, and the node's name becomes a label.
        env: [podField(NODE_VARIABLE, 'spec.nodeName'), goMemory(resources.collector)],
        resources: resources.collector,
        readinessProbe: { ...httpProbe('/', 'health'), periodSeconds: 5, failureThreshold: 5 },
        // It compiles some hundred expressions first, which takes longer on a node that is busy.
        livenessProbe: { ...tcpProbe('health'), initialDelaySeconds: 60 },
      },
      secrets: [
        ...(props.auth.loki.enabled ? tenantSecrets(props, FOLDERS.tenants) : []),
        ...furtherSecrets(props, FOLDERS.also),
      ],
      terminationGracePeriodSeconds: END_SECONDS,
    });
  }
}
