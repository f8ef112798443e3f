/** The local cluster, for tests and benchmarks. */
export { Cluster, crashCluster, currentCluster, killComponent, startCluster, stopCluster } from './cluster';
export { CLUSTER_TOOLS, ComponentName } from './components';
export { ensureForwards, ForeignCluster, Forward, stopForwards } from './forward';
export { buildImage, fullImageName, ImageSpec } from './images/build';
export {
  buildClientImage,
  buildLokiImage,
  buildNginxImage,
  buildNodeImage,
  buildPauseImage,
  buildPromtailImage,
  NodeImageProps,
} from './images/catalog';
export { accounts, ImageFile, libraries, program, systemData, tree } from './images/files';
export { NETWORK, STORAGE_CLASS } from './layout';
export { runInside } from './namespace';
export { isListening } from './ports';
export { Log } from './shell';
