/** Grafana's ConfigMaps, with the places of their files: provisioning, dashboards, and CAs. */
import type * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import { stringify } from 'yaml';
import type { StackConfig } from '../../config';
import { LOG_AGGREGATION_UID, logAggregationDashboard } from '../../dashboards/log-aggregation';
import { LOGGING_STACK_UID, loggingStackDashboard } from '../../dashboards/logging-stack';
import { ownDashboardFiles } from '../../dashboards/own';
import { datasources } from './datasources';
import { grafanaIni } from './ini';
import { literal } from './other-datasources';

/** One ConfigMap. Grafana reads its files when it starts. */
export interface ConfigMapFiles {
  readonly name: string;
  /** Name of its volume. */
  readonly volume: string;
  readonly files: Readonly<Record<string, string>>;
  readonly mounts: readonly k8s.VolumeMount[];
}

const PROVISIONING = '/etc/grafana/provisioning';
const DASHBOARDS = '/etc/grafana/dashboards';
/** Not below the folder above: Grafana reads its subfolders, too. */
const OWN_DASHBOARDS = '/etc/grafana/own-dashboards';

/** The ConfigMaps of a stack, in the order of their volumes. */
export function configMaps(props: StackConfig): readonly ConfigMapFiles[] {
  const { dashboards } = props.grafana;
  return [
    provisioning(props),
    inFolder('dashboards', DASHBOARDS, {
      [`${LOG_AGGREGATION_UID}.json`]: JSON.stringify(logAggregationDashboard(props), null, 2),
      [`${LOGGING_STACK_UID}.json`]: JSON.stringify(loggingStackDashboard(props), null, 2),
    }),
    ...(dashboards === undefined ? [] : [inFolder('own-dashboards', OWN_DASHBOARDS, ownDashboardFiles(props))]),
  ];
}

function inFolder(volume: string, mountPath: string, files: Readonly<Record<string, string>>): ConfigMapFiles {
  return { name: `grafana-${volume}`, volume, files, mounts: [{ name: volume, mountPath, readOnly: true }] };
}

/** Files of one ConfigMap in folders of their own, which have other files as well. */
function provisioning(props: StackConfig): ConfigMapFiles {
  const places = {
    'grafana.ini': ['/etc/grafana', grafanaIni(props.grafana)],
    'datasources.yaml': [`${PROVISIONING}/datasources`, stringify(datasources(props))],
    'dashboards.yaml': [`${PROVISIONING}/dashboards`, stringify(dashboardProviders(props.grafana.dashboards))],
  } as const;
  return {
    name: 'grafana-provisioning',
    volume: 'provisioning',
    files: Object.fromEntries(Object.entries(places).map(([file, [, text]]) => [file, text])),
    mounts: Object.entries(places).map(([file, [folder]]) => ({
      name: 'provisioning',
      mountPath: `${folder}/${file}`,
      subPath: file,
      readOnly: true,
    })),
  };
}

function dashboardProviders(own: StackConfig['grafana']['dashboards']): Readonly<Record<string, unknown>> {
  return {
    apiVersion: 1,
    providers: [
      {
        name: 'spywatcher-logs',
        type: 'file',
        allowUiUpdates: false,
        disableDeletion: true,
        options: { path: DASHBOARDS },
      },
      ...(own === undefined
        ? []
        : [
            {
              name: 'own',
              folder: literal(own.title),
              type: 'file',
              allowUiUpdates: false,
              disableDeletion: false, // a dashboard goes with its file
              options: { path: OWN_DASHBOARDS },
            },
          ]),
    ],
  };
}
