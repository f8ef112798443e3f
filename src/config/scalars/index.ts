/** The scalar types that the schema is made of: what a stack file writes, and what the rest of the code gets. */
export * from './addresses';
export { remedyFor } from './base';
export * from './expressions';
export * from './kubernetes';
export * from './names';
export * from './paths';
export * from './quantities';
