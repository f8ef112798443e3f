/** The scalar types of the schema: the form in a stack file, and the value for the rest of the code. */
export {
  cidr,
  client,
  destination,
  domain,
  email,
  host,
  linkTemplate,
  notProxied,
  port,
  url,
  urlPath,
} from './addresses';
export { remedyFor } from './base';
export * from './expressions';
export * from './grafana';
export * from './kubernetes';
export * from './names';
export * from './patches';
export * from './paths';
export * from './quantities';
export * from './stores';
