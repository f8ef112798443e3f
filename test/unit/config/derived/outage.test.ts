import { survivedOutage } from '../../../../src/config/derived/outage';
import { configWith } from '../../../support/config';

const secondsOf = (containerLogMaxSize: string, linesPerSecond: number, bytesPerLine: number): number =>
  survivedOutage(configWith({ agent: { containerLogMaxSize } }).agent, { linesPerSecond, bytesPerLine }).milliseconds /
  1000;

describe('given the size at which the kubelet rotates a container’s log, Loki may be away', () => {
  it('as long as the container takes to fill one file', () => {
    expect(secondsOf('10Mi', 200, 300)).toBeCloseTo(151.97, 1);
  });

  it('ten times as long with a file ten times as large, or a tenth of the lines', () => {
    expect(secondsOf('100Mi', 200, 300)).toBeCloseTo(1519.7, 0);
    expect(secondsOf('10Mi', 20, 300)).toBeCloseTo(1519.7, 0);
  });

  it('a little shorter with Docker, which writes more around a line', () => {
    const { agent } = configWith({ agent: { containerLogMaxSize: '10Mi', containerRuntime: { type: 'docker' } } });
    expect(survivedOutage(agent, { linesPerSecond: 200, bytesPerLine: 300 }).milliseconds / 1000).toBeCloseTo(
      141.32,
      1,
    );
  });

  it('for ever where nothing is written', () => {
    expect(secondsOf('10Mi', 0, 300)).toBe(Infinity);
  });
});
