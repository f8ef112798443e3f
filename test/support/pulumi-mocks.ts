/** Runs a Pulumi program against a monitor that records what it is asked to register. */
import * as pulumi from '@pulumi/pulumi';

export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly provider: string;
  readonly parent: string;
  readonly retainOnDelete: boolean;
  /** Properties whose changes change nothing. */
  readonly ignoreChanges: readonly string[];
  /** URNs that it waits for. */
  readonly dependencies: readonly string[];
  readonly timeouts: { readonly create: string; readonly update: string };
}

/** What the mocks need of a request to the engine. */
interface Request {
  getName(): string;
  getType(): string;
  getParent(): string;
  getProvider(): string;
  getRetainondelete(): boolean;
  getIgnorechangesList(): string[];
  getDependenciesList(): string[];
  getCustomtimeouts(): { getCreate(): string; getUpdate(): string } | undefined;
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
}
interface Response {
  getUrn(): string;
}
interface Monitor {
  registerResource(request: Request, callback: (error: unknown, response: Response) => void): unknown;
}

/** How Pulumi marks a secret on its way to the engine. */
const SIGNATURE = '4dabf18193072939515e22adb298388d';
const SECRET = '1b47061264138c4ac30d75fd1eb44270';

/**
 * Runs `program` and waits until the engine has answered all it asked for.
 *
 * @returns what was registered, in order, also when the program throws: then the promise rejects with {@link Failure}.
 */
export async function recorded(
  program: () => unknown,
  stack = 'test',
  project = 'spywatcher-logs',
): Promise<readonly Registered[]> {
  const registered: Registered[] = [];
  await pulumi.runtime.setMocks(
    { newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: inputs as object }), call: () => ({}) },
    project,
    stack,
  );
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) =>
    register(request, (error, response) => {
      registered.push({
        type: request.getType(),
        name: request.getName(),
        urn: response.getUrn(),
        inputs: request.getObject()?.toJavaScript() ?? {},
        provider: request.getProvider(),
        parent: request.getParent(),
        retainOnDelete: request.getRetainondelete(),
        ignoreChanges: request.getIgnorechangesList(),
        dependencies: request.getDependenciesList(),
        timeouts: {
          create: request.getCustomtimeouts()?.getCreate() ?? '',
          update: request.getCustomtimeouts()?.getUpdate() ?? '',
        },
      });
      callback(error, response);
    });
  const prepare: unknown = Reflect.get(Error, 'prepareStackTrace');
  // Pulumi keeps a stack trace for each of its promises, and Jest looks every line of it up in source maps.
  Error.prepareStackTrace = String;
  try {
    await program();
  } catch (cause) {
    throw new Failure(registered, cause);
  } finally {
    await pulumi.runtime.disconnect();
    Reflect.set(Error, 'prepareStackTrace', prepare);
  }
  return registered;
}

/** A program that threw, and what it had registered by then. */
export class Failure extends Error {
  constructor(
    readonly registered: readonly Registered[],
    override readonly cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause));
  }
}

/** The failure of a program that has to fail. */
export async function failureOf(program: () => unknown, stack?: string): Promise<Failure> {
  try {
    await recorded(program, stack);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('Expected the program to fail.');
}

/** The value that is marked as secret; undefined for one in plain sight. */
export function revealed(value: unknown): unknown {
  return isSecret(value) ? (value as { readonly value: unknown }).value : undefined;
}

/** The same inputs as people without the key of the stack see them. */
export function withoutSecrets(value: unknown): unknown {
  if (isSecret(value)) return '[secret]';
  if (Array.isArray(value)) return value.map(withoutSecrets);
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutSecrets(inner)]))
    : value;
}

function isSecret(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Reflect.get(value, SIGNATURE) === SECRET;
}

/** What an output holds in the end. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply((value) => {
      resolve(value);
    });
  });
}
