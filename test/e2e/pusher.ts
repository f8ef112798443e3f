import { pushBody } from '../../programs/loki';
import { send } from '../../programs/request';

export interface PusherProps {
  /** Port of this machine that leads to the gateway. */
  readonly port: number;
  /** Value of the label `job`. */
  readonly job: string;
  /** `name:password` */
  readonly credential: string;
}

/** A client that pushes a line every 50 ms, each on a connection of its own, and never tries again. */
export class Pusher {
  readonly refused: string[] = [];
  accepted = 0;
  private running = true;
  private readonly ended: Promise<void>;

  constructor(private readonly props: PusherProps) {
    this.ended = this.push();
  }

  async stop(): Promise<void> {
    this.running = false;
    await this.ended;
  }

  private async push(): Promise<void> {
    for (let number = 1; this.running; number += 1) {
      try {
        const status = await pushStatus(this.props, `n=${number}`);
        if (status === 204) this.accepted += 1;
        else this.refused.push(`n=${number}: ${status}`);
      } catch (error) {
        this.refused.push(`n=${number}: ${error instanceof Error ? error.message : String(error)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** What one push is answered with. */
export async function pushStatus({ port, job, credential }: PusherProps, line: string): Promise<number> {
  const { status } = await send({
    port,
    path: '/loki/api/v1/push',
    body: pushBody({ labels: { job }, line }),
    credential,
  });
  return status;
}
