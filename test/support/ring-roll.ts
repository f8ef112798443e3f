/** A rolling update of a ring of real Lokis, under pushes. */
import type { RenderedStack } from '../../programs/rendered-stack';
import { linesAt, lokiRing, type LokiRingProps, type Member, pushOf } from './loki-ring';

export interface RollProps extends Pick<LokiRingProps, 'loki' | 'network' | 's3'> {
  /** What the members run before. */
  readonly from: RenderedStack;
  /** What each of them runs in the end. */
  readonly to: RenderedStack;
}

/** The outcome of an update that nobody has noticed. */
export const UNNOTICED = { refused: [], isLong: true, missing: [[], [], []], panics: [] };

/** Replaces the members of a ring, one after the other, under pushes; what was refused, and whether every member has every line. */
export async function rollRing({ from, to, ...props }: RollProps) {
  const ring = lokiRing({ ...props, rendered: from, tenant: 'spywatcher' });
  let away: Member | undefined;
  let going = true;
  const lines: string[] = [];
  const refused: string[] = [];
  const pushing = async (): Promise<void> => {
    for (let count = 0; going; count += 1) {
      // As the gateway does: not to one that says that it is going.
      const there = ring.members.filter((member) => member !== away);
      const pushedTo = there[count % there.length];
      if (pushedTo === undefined) throw new Error('nobody is there');
      const line = `line ${String(count).padStart(5, '0')}`;
      const { status, text } = await ring.ask(pushedTo, pushOf(line));
      if (status === 204) lines.push(line);
      else refused.push(`${line} at ${pushedTo.name}, ${away?.name ?? 'nobody'} away: ${status} ${text}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  try {
    await Promise.all(ring.members.map(ring.start));
    const pushed = pushing();
    ring.reconfigure(to);
    for (const member of ring.members) {
      away = member;
      await ring.stop(member);
      await ring.start(member);
      away = undefined;
    }
    going = false;
    await pushed;
    return {
      refused,
      isLong: lines.length > 100,
      missing: await Promise.all(
        ring.members.map(async (member) => {
          const held = new Set(await linesAt(ring, member));
          return lines.filter((line) => !held.has(line));
        }),
      ),
      panics: ring.members.filter((member) => /panic/.test(ring.output(member))).map(({ name }) => name),
    };
  } finally {
    going = false;
    await ring.end();
  }
}
