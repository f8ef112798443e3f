/** Every stack that the tests render. */
import { hasAgentsAlone } from '../../src/config/derived/components';
import { type RenderedStack, stack, STACKS, variant } from '../../programs/rendered-stack';
import { everything, OTHER_STORES, otherwise, otherwiseAgents } from './config';

/** The stacks of the repo, and those of the tests that set every option between them. */
export function stacksOfEveryOption(): readonly RenderedStack[] {
  return [
    ...STACKS.map(stack),
    variant('everything', structuredClone(everything)),
    variant('otherwise', structuredClone(otherwise)),
    variant('agents', structuredClone(otherwiseAgents)),
  ];
}

/** The same, and one on each store that they have not. */
export function everyStack(): readonly RenderedStack[] {
  return [
    ...stacksOfEveryOption(),
    ...Object.entries(OTHER_STORES).map(([store, input]) => variant(`on ${store}`, structuredClone(input))),
  ];
}

/** Those with a Loki of their own, and what belongs to it. */
export function everyStackWithLoki(): readonly RenderedStack[] {
  return everyStack().filter(({ config }) => !hasAgentsAlone(config));
}
