/** What an outage of Loki may last: the agent's buffer is the log file that the kubelet keeps of each container. */
import type { StackConfig } from '../schema';
import type { Duration } from '../units';

/** What one container writes. */
export interface ContainerLoad {
  readonly linesPerSecond: number;
  /** Mean length of a line, without what the container runtime puts before it. */
  readonly bytesPerLine: number;
}

/** What the container runtime writes around a line. */
const RUNTIME_BYTES_PER_LINE: Readonly<Record<StackConfig['agent']['containerRuntime']['type'], number>> = {
  cri: 45, // `2026-01-02T03:04:05.123456789Z stdout F ` and the end of the line
  docker: 71, // `{"log":"\n","stream":"stdout","time":"2026-01-02T03:04:05.123456789Z"}` and the end of the line
};

/**
 * How long Loki may be away without a line of such a container being lost. The agent holds the file open that it was reading
 * and goes on with the newest one; files between these two are never read. So it is the time in which one file fills,
 * however many files the kubelet keeps.
 */
export function survivedOutage(
  { containerLogMaxSize, containerRuntime }: Pick<StackConfig['agent'], 'containerLogMaxSize' | 'containerRuntime'>,
  { linesPerSecond, bytesPerLine }: ContainerLoad,
): Duration {
  const bytesPerSecond = linesPerSecond * (bytesPerLine + RUNTIME_BYTES_PER_LINE[containerRuntime.type]);
  return { milliseconds: Math.floor((containerLogMaxSize.bytes / bytesPerSecond) * 1000) };
}
