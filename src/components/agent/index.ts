export { Agent, type AgentFolders, POSITIONS_VOLUME } from './component';
export { mountOf, scrapeProps } from './sources';
