/** A component's settings of pods and Services: its own over those of all. */
import { defaults } from '../defaults';
import type { StackConfig } from '../schema';
import { type Component, isAgent } from '../schema/components';

export type PodSettings = NonNullable<StackConfig['pods']['all']>;
export type ServiceSettings = NonNullable<StackConfig['services']['all']>;

/** Settings whose entries are merged one by one. */
const MAPPINGS = ['nodeSelector', 'labels', 'annotations', 'env'] as const;

/** Settings of the pods of a component. An agent has to be on every node whose lines are read, so `all` does not place it. */
export function podSettings({ pods }: Pick<StackConfig, 'pods'>, component: Component): PodSettings {
  const { all = {}, [component]: own = {} } = pods;
  return merged(isAgent(component) ? { ...withoutPlaces(all), tolerations: defaults.agent.tolerations } : all, own);
}

/** Settings of the Services of a component. */
export function serviceSettings({ services }: Pick<StackConfig, 'services'>, component: Component): ServiceSettings {
  const { all = {}, [component]: own = {} } = services;
  return merged(all, own);
}

function merged(all: PodSettings, own: PodSettings): PodSettings {
  const mappings = MAPPINGS.map((key) => [key, { ...all[key], ...own[key] }] as const);
  return {
    ...all,
    ...own,
    ...Object.fromEntries(mappings.filter(([, entries]) => Object.keys(entries).length > 0)),
  };
}

function withoutPlaces(settings: PodSettings): PodSettings {
  const rest: { -readonly [Key in keyof PodSettings]: PodSettings[Key] } = { ...settings };
  delete rest.nodeSelector;
  delete rest.tolerations;
  delete rest.affinity;
  delete rest.topologySpread;
  return rest;
}
