import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export type HdfsCommand =
  | 'activate 0'
  | 'activate 1'
  | 'activate none'
  | 'enter safe mode'
  | 'leave safe mode'
  | 'start datanode'
  | 'stop datanode';

export interface Hdfs extends AsyncDisposable {
  /** The addresses of two NameNodes, of which the first is the active one. */
  readonly nameNodes: readonly [string, string];
  /** Whom no permission binds, and who owns the root directory. */
  readonly superuser: string;
  /** Does something to the cluster. Safe mode is that of the first NameNode. */
  command(command: HdfsCommand): Promise<void>;
}

/** How long one step may take, in milliseconds. */
const patience = 300_000;

/** Starts a whole HDFS of two NameNodes and one DataNode, of `home`, the folder of the engine. Permissions hold. */
export async function startHdfs(home: string): Promise<Hdfs> {
  const directory = await mkdtemp(join(tmpdir(), 'aiflow-hdfs-'));
  const superuser = 'hdfs';
  const program = join(import.meta.dirname, '../java/HdfsServer.java');
  // It lives for some minutes, of which most would go to optimising its code.
  const flags = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
  const java = spawn('java', [...flags, '-cp', join(home, 'lib/*'), program, directory], {
    cwd: directory,
    env: { ...process.env, HADOOP_USER_NAME: superuser },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let complaints = '';
  java.stderr.on('data', (chunk: Buffer) => {
    complaints = `${complaints}${chunk.toString()}`.slice(-4_000);
  });
  const ended = once(java, 'close');
  const lines = createInterface({ input: java.stdout })[Symbol.asyncIterator]() as AsyncIterator<
    string,
    undefined
  >;
  const nextLine = async (): Promise<string> => {
    const timer = setTimeout(() => java.kill('SIGKILL'), patience);
    const line = await lines.next();
    clearTimeout(timer);
    if (line.done === true) throw new Error(`HDFS ended or did not answer:\n${complaints}`);
    return line.value;
  };
  const stop = async (): Promise<void> => {
    java.stdin.end(); // it ends by that
    const timer = setTimeout(() => java.kill('SIGKILL'), patience);
    await ended;
    clearTimeout(timer);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const ready = /^ready (\d+) (\d+)$/.exec(await nextLine());
    if (ready === null) throw new Error(`HDFS did not become ready:\n${complaints}`);
    return {
      nameNodes: [`http://127.0.0.1:${ready[1]}`, `http://127.0.0.1:${ready[2]}`],
      superuser,
      command: async (command) => {
        java.stdin.write(`${command}\n`);
        const answer = await nextLine();
        if (answer !== 'done') throw new Error(`${command}: ${answer}`);
      },
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
