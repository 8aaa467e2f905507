// Puts a point before and after all that a scheduler does outside of its process. It is imported before everything else,
// so that the product knows nothing of points.
import childProcess from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';
import Database from 'better-sqlite3';
import type { Deed } from './points.ts';
import { keepSynced, pass } from './trap.ts';

type Deedful = (this: unknown, ...args: never[]) => unknown;

/** Replaces a method by itself between two points; `isMeant` says for which calls. */
function surround(
  holder: object,
  name: string,
  deed: Deed,
  isMeant: (args: unknown[], self: unknown) => boolean = () => true,
): void {
  const original = Reflect.get(holder, name) as Deedful;
  const replaced = function (this: unknown, ...args: never[]): unknown {
    if (!isMeant(args, this)) return original.apply(this, args);
    pass(`${deed}:before`);
    const given = original.apply(this, args);
    if (!(given instanceof Promise)) {
      pass(`${deed}:after`);
      return given;
    }
    return given.then((value: unknown) => {
      pass(`${deed}:after`);
      return value;
    });
  };
  Reflect.set(holder, name, replaced);
}

surround(fs, 'mkdirSync', 'directory');
for (const name of ['writeFileSync', 'symlinkSync']) surround(fs, name, 'write');
for (const name of ['rmSync', 'rmdirSync', 'unlinkSync']) surround(fs, name, 'remove');
surround(fs, 'renameSync', 'rename');
surround(fs.promises, 'mkdir', 'directory');
surround(fs.promises, 'rename', 'rename');
for (const name of ['rm', 'rmdir', 'unlink']) surround(fs.promises, name, 'remove');
surround(childProcess, 'spawn', 'launcher');
surround(process, 'kill', 'signal', ([, signal]) => signal !== 0);

const memory = new Database(':memory:');
const statement: unknown = Object.getPrototypeOf(memory.prepare('SELECT 1'));
memory.close();
const sourceOf = (self: unknown): string => (self as { readonly source: string }).source;
surround(statement as object, 'run', 'commit', (_args, self) => sourceOf(self) === 'COMMIT');
surround(statement as object, 'run', 'row', (_args, self) =>
  /^\s*(INSERT|UPDATE|DELETE)/.test(sourceOf(self)),
);
surround(Database.prototype, 'exec', 'commit', ([sql]) => /\bCOMMIT\b/.test(String(sql)));

// How much of the database's log is on the disk is known when a sync of it has come back.
const { fdatasync } = fs;
Reflect.set(fs, 'fdatasync', (file: number, done: (error: Error | null) => void): void => {
  const { size } = fs.fstatSync(file);
  pass('sync:before');
  fdatasync(file, (error) => {
    if (error === null) keepSynced(fs.readlinkSync(`/proc/self/fd/${file}`), size);
    pass('sync:after');
    done(error);
  });
});

// The launcher's socket: a request is its length, then its kind in 4 bytes each, and 2 is a launch.
const launching = new WeakSet<Socket>();
const write = Reflect.get(Socket.prototype, 'write') as (this: Socket, ...args: unknown[]) => boolean;
Reflect.set(Socket.prototype, 'write', function (this: Socket, ...args: unknown[]): boolean {
  const [data] = args;
  if (!Buffer.isBuffer(data) || data.length < 12 || data.readUInt32LE(4) !== 2)
    return write.apply(this, args);
  launching.add(this);
  pass('launch:before');
  return write.call(this, data, () => pass('launch:after'));
});
const push = Reflect.get(Socket.prototype, 'push') as (this: Socket, ...args: unknown[]) => boolean;
Reflect.set(Socket.prototype, 'push', function (this: Socket, ...args: unknown[]): boolean {
  if (args[0] === null || !launching.has(this)) return push.apply(this, args);
  pass('answer:before');
  const given = push.apply(this, args);
  pass('answer:after');
  return given;
});

syncBuiltinESMExports();
