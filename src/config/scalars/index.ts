/** The scalar types of the schema: the form in a stack file, and the value for the rest of the code. */
export * from './addresses';
export { remedyFor } from './base';
export * from './expressions';
export * from './kubernetes';
export * from './names';
export * from './paths';
export * from './quantities';
