/** Every stack that the tests render. */
import { type RenderedStack, stack, STACKS, variant } from '../../programs/rendered-stack';
import { everything, otherwise } from './config';

/** Every stack of the repo, and the two of the tests that set every option between them. */
export function everyStack(): readonly RenderedStack[] {
  return [
    ...STACKS.map(stack),
    variant('everything', structuredClone(everything)),
    variant('otherwise', structuredClone(otherwise)),
  ];
}
