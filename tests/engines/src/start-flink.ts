import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from './free-port.ts';
import type { Kept } from './kept-process.ts';
import { keepRunning } from './kept-process.ts';

export interface FlinkOptions {
  /** How many slots the one TaskManager has; 8 unless said. */
  readonly slots?: number;
  /** Whether there is a SQL gateway. */
  readonly gateway?: boolean;
  /** The JobManager's REST port; a free one unless said. For a cluster that comes back where another one was. */
  readonly port?: number;
}

/** A standalone cluster of this machine: one JobManager, one TaskManager and perhaps a SQL gateway. */
export interface FlinkCluster extends AsyncDisposable {
  /** The JobManager's REST address. */
  readonly url: string;
  readonly port: number;
  /** The SQL gateway's address; empty without one. */
  readonly gatewayUrl: string;
  /** What Flink's commands and PyFlink need in their environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** A directory for savepoints and files of tests; removed with the cluster. */
  readonly directory: string;
}

/** For a Java that lives for a minute: starting matters more than running. */
const quick = '-XX:+UseSerialGC -XX:TieredStopAtLevel=1';

/** The environment in which Flink's commands and PyFlink work without a cluster. */
export function flinkEnvironment(home: string): Readonly<Record<string, string>> {
  const own = process.env['PYTHONPATH'] ?? '';
  return {
    FLINK_HOME: join(home, 'pyflink'),
    PYTHONPATH: own === '' ? home : [home, own].join(delimiter),
    JAVA_TOOL_OPTIONS: quick, // PyFlink and the commands start a Java of their own
  };
}

/**
 * Starts a cluster on free loopback ports, and resolves when it has its slots. Its processes end when it is disposed
 * of, and also when this process dies.
 */
export async function startFlink(home: string, options: FlinkOptions = {}): Promise<FlinkCluster> {
  const directory = mkdtempSync(join(tmpdir(), 'aiflow-flink-'));
  const port = options.port ?? (await freePort());
  const [rpcPort, gatewayPort] = [await freePort(), await freePort()];
  const slots = options.slots ?? 8;
  const conf = join(directory, 'conf');
  for (const name of ['conf', 'log', 'tmp', 'savepoints']) mkdirSync(join(directory, name));
  const distribution = join(home, 'pyflink');
  for (const name of readdirSync(join(distribution, 'conf')).filter((file) => file.startsWith('log4j'))) {
    writeFileSync(join(conf, name), readFileSync(join(distribution, 'conf', name)));
  }
  writeFileSync(
    join(conf, 'config.yaml'),
    configuration({ port, rpcPort, gatewayPort, slots, directory, javaOptions: javaOptionsOf(distribution) }),
  );
  const environment = {
    ...flinkEnvironment(home),
    FLINK_CONF_DIR: conf,
    FLINK_LOG_DIR: join(directory, 'log'),
  };
  const start = (script: string): Kept =>
    keepRunning([join(distribution, 'bin', script), 'start-foreground'], {
      env: { ...process.env, ...environment },
      output: join(directory, 'log', `${script}.out`),
    });
  const kept = [
    'jobmanager.sh',
    'taskmanager.sh',
    ...(options.gateway === true ? ['sql-gateway.sh'] : []),
  ].map(start);
  const url = `http://127.0.0.1:${port}`;
  const gatewayUrl = options.gateway === true ? `http://127.0.0.1:${gatewayPort}` : '';
  const stop = async (): Promise<void> => {
    await Promise.all(kept.map((one) => one.stop()));
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await Promise.all([
      untilAnswer(`${url}/v1/overview`, kept, (answer) => Reflect.get(answer, 'slots-total') === slots),
      gatewayUrl === '' ? null : untilAnswer(`${gatewayUrl}/v1/info`, kept, () => true),
    ]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, port, gatewayUrl, environment, directory, [Symbol.asyncDispose]: stop };
}

interface Settings {
  readonly port: number;
  readonly rpcPort: number;
  readonly gatewayPort: number;
  readonly slots: number;
  readonly directory: string;
  readonly javaOptions: string;
}

/** Small heaps, quick registration, and everything on the loopback address. */
function configuration({ port, rpcPort, gatewayPort, slots, directory, javaOptions }: Settings): string {
  return `jobmanager.rpc.address: 127.0.0.1
jobmanager.rpc.port: ${rpcPort}
jobmanager.bind-host: 127.0.0.1
jobmanager.memory.process.size: 800m
jobmanager.memory.jvm-metaspace.size: 192m
rest.address: 127.0.0.1
rest.bind-address: 127.0.0.1
rest.port: ${port}
taskmanager.host: 127.0.0.1
taskmanager.bind-host: 127.0.0.1
taskmanager.memory.process.size: 1200m
taskmanager.memory.jvm-metaspace.size: 192m
taskmanager.memory.network.min: 64m
taskmanager.memory.network.max: 64m
taskmanager.memory.managed.size: 256m
taskmanager.numberOfTaskSlots: ${slots}
cluster.registration.initial-timeout: 100 ms
cluster.registration.error-delay: 500 ms
cluster.registration.refused-registration-delay: 500 ms
io.tmp.dirs: ${join(directory, 'tmp')}
web.tmpdir: ${join(directory, 'tmp')}
sql-gateway.endpoint.rest.address: 127.0.0.1
sql-gateway.endpoint.rest.bind-address: 127.0.0.1
sql-gateway.endpoint.rest.port: ${gatewayPort}
env.java.opts.all: ${javaOptions}
`;
}

/** What the distribution gives to every Java: without it Flink does not run on 17. */
function javaOptionsOf(distribution: string): string {
  const text = readFileSync(join(distribution, 'conf', 'config.yaml'), 'utf8');
  return /^\s+all: (--add-exports.*)$/m.exec(text)?.[1] ?? '';
}

async function untilAnswer(
  url: string,
  kept: readonly Kept[],
  isReady: (answer: object) => boolean,
): Promise<void> {
  const end = Date.now() + 120_000;
  for (;;) {
    const answer = await ask(url);
    if (answer !== null && isReady(answer)) return;
    const ended = kept.find((one) => one.hasEnded());
    if (ended !== undefined) throw new Error(`Flink did not start:\n${ended.output().slice(-4000)}`);
    if (Date.now() > end) throw new Error(`Flink did not answer at ${url} within two minutes`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function ask(url: string): Promise<object | null> {
  try {
    const answer: unknown = await (await fetch(url)).json();
    return typeof answer === 'object' ? answer : null;
  } catch {
    return null; // not yet
  }
}
