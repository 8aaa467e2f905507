import { copyFileSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const check = join(root, 'scripts/check-launcher.ts');
const platforms = globSync('packages/process-*-*', { cwd: root }).map((folder) => join(root, folder));

describe.each(platforms.map((folder) => [basename(folder), folder] as const))('%s', (_name, folder) => {
  let copy: string;
  beforeEach(() => {
    copy = mkdtempSync(join(tmpdir(), 'aiflow-platform-'));
    mkdirSync(join(copy, 'dist'));
    copyFileSync(join(folder, 'package.json'), join(copy, 'package.json'));
  });
  afterEach(() => rmSync(copy, { recursive: true, force: true }));

  async function checked(program?: Buffer): Promise<readonly [number | undefined, string]> {
    if (program !== undefined) writeFileSync(join(copy, 'dist/aiflow-launcher'), program);
    const ended = await execa(process.execPath, [check], { cwd: copy, reject: false });
    return [ended.exitCode, ended.stderr];
  }

  it('is checked whenever it is packed', () => {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    expect(manifest.scripts['prepack']).toBe('node ../../scripts/check-launcher.ts');
  });

  it('is not packed without its program, or with something else', async () => {
    expect(await checked()).toEqual([1, expect.stringContaining('is not there')]);
    expect(await checked(Buffer.from('#!/bin/sh\n'))).toEqual([1, expect.stringContaining('no program')]);
  });

  it('is packed with a static program for its processor only', async () => {
    const { cpu } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      readonly cpu: string[];
    };
    const [own, other] = cpu[0] === 'x64' ? [62, 183] : [183, 62];
    expect(await checked(program(own, 1))).toEqual([0, '']);
    expect(await checked(program(other, 1))).toEqual([1, expect.stringContaining('another processor')]);
    expect(await checked(program(own, 3))).toEqual([1, expect.stringContaining('not linked statically')]);
  });
});

/** The headers of an ELF program for a machine, with two program headers, the last of them of this type. */
function program(machine: number, type: number): Buffer {
  const bytes = Buffer.alloc(64 + 2 * 56);
  bytes.write('\x7fELF\x02\x01', 'latin1');
  bytes.writeUInt16LE(machine, 18);
  bytes.writeBigUInt64LE(64n, 32);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(2, 56);
  bytes.writeUInt32LE(1, 64);
  bytes.writeUInt32LE(type, 64 + 56);
  return bytes;
}
