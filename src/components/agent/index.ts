export { Agent, type AgentFolders, type AgentSecret, POSITIONS_VOLUME } from './component';
export { mountOf, scrapeProps } from './sources';
