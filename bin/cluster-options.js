/** Options that select a cluster, for the commands that look at what runs: kubectl's own, so that its user knows them. */
'use strict';

const text = { type: 'string' };
const CLUSTER_OPTIONS = { context: text, kubeconfig: text, kubectl: { ...text, default: 'kubectl' } };

const CLUSTER_USAGE = `  --context <name>     of the kubeconfig (default: the current one)
  --kubeconfig <file>  (default: as kubectl finds it)
  --kubectl <program>  (default: kubectl)`;

/** The cluster that the options select. */
function clusterOf({ context, kubeconfig, kubectl }) {
  return {
    kubectl,
    select: [
      ...(context === undefined ? [] : ['--context', context]),
      ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]),
    ],
  };
}

module.exports = { CLUSTER_OPTIONS, CLUSTER_USAGE, clusterOf };
