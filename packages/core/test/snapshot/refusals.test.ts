import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { array, assert as assertAlways, constantFrom, property, tuple } from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { AIFlowError } from '../../src/index.ts';
import { leadsOutside } from '../../src/index.ts';
import { fileStat } from '../../src/snapshot/file-stat.ts';
import { hashFile } from '../../src/snapshot/hash.ts';
import { Bench } from './project-tree.ts';

let at: Bench;
afterEach(() => at.dispose());

async function refusal(bench: Bench): Promise<AIFlowError> {
  const { error } = await bench.snapshot().then(
    () => ({ error: null }),
    (thrown: unknown) => ({ error: thrown as AIFlowError }),
  );
  if (error === null) throw new Error('the snapshot was taken');
  return error;
}

describe('a snapshot refuses', () => {
  it.each([
    ['an absolute target', { link: '/etc/passwd' }],
    ['an absolute target inside the project', { link: '/project/f' }],
    ['a target above the project', { link: '../../outside' }],
    ['a way out and back in', { link: '../../project/f' }],
    ['a target that leaves through another link', { link: 'up/../../x' }],
  ])('a link with %s, by name', async (_, item) => {
    at = new Bench({ 'sub/link': item, 'sub/up': { link: '..' }, f: '' });
    const error = await refusal(at);
    expect(error.code).toBe('snapshot.link_outside');
    expect(error.problems).toMatchObject([{ file: 'sub/link' }]);
    expect(error.message).toContain(JSON.stringify(item.link));
  });

  it('a link that leaves through the link of another directory', async () => {
    at = new Bench({ 'a/b/c/root': { link: '../../..' }, out: { link: 'a/b/c/root/../x' } });
    expect((await refusal(at)).problems).toMatchObject([{ file: 'out' }]);
  });

  it('named pipes and sockets, by name and kind', async () => {
    at = new Bench({ f: '' });
    execFileSync('sh', ['-c', 'mkfifo "$0"', join(at.project, 'pipe')]);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(at.project, 'socket'), resolve));
    try {
      const error = await refusal(at);
      expect(error.code).toBe('snapshot.special_file');
      expect(error.problems.map(({ file, message }) => `${file}: ${message}`)).toEqual([
        expect.stringMatching(/^pipe: .*named pipe/),
        expect.stringMatching(/^socket: .*socket/),
      ]);
    } finally {
      server.close();
    }
  });

  it('a name that is not UTF-8, and takes one that has a replacement character of its own', async () => {
    at = new Bench({ 'fine-\uFFFD': '' });
    expect(Object.keys(await at.entries())).toEqual(['fine-\uFFFD']);
    writeFileSync(Buffer.concat([Buffer.from(`${at.project}/bad-`), Buffer.from([0xff])]), '');
    const error = await refusal(at);
    expect(error.code).toBe('snapshot.invalid_name');
    expect(error.problems).toMatchObject([{ file: 'bad-\uFFFD' }]);
  });

  it('a name or target with a backslash', async () => {
    at = new Bench({ 'a\\b': '', link: { link: 'c\\d' } });
    const error = await refusal(at);
    expect(error.code).toBe('snapshot.invalid_name');
    expect(error.problems.map(({ file }) => file)).toEqual(['a\\b', 'link']);
  });

  it('no name that is ignored', async () => {
    at = new Bench({ '.aiflowignore': 'a\\\\b\nbad-?\n', 'a\\b': '', f: '' });
    writeFileSync(Buffer.concat([Buffer.from(`${at.project}/bad-`), Buffer.from([0xff])]), '');
    expect(Object.keys(await at.entries())).toEqual(['.aiflowignore', 'f']);
  });

  it('all of it at once, under one code when there are several kinds', async () => {
    at = new Bench({ out: { link: '/' }, 'a\\b': '' });
    const error = await refusal(at);
    expect(error.code).toBe('snapshot.invalid');
    expect(error.problems.map(({ file }) => file)).toEqual(['a\\b', 'out']);
    expect(error.message).toContain('(and 1 more)');
  });

  it('a project that is missing or a file', async () => {
    at = new Bench({ f: '' });
    for (const projectPath of [join(at.base, 'nothing'), join(at.project, 'f')]) {
      await expect(at.snapshot({ projectPath })).rejects.toMatchObject({ code: 'snapshot.no_project' });
    }
  });

  it('an index where none can be written', async () => {
    at = new Bench({ f: '' });
    const indexPath = join(at.project, 'f', 'index');
    await expect(at.snapshot({ indexPath })).rejects.toMatchObject({ code: 'snapshot.index_unusable' });
  });
});

describe('a file that is read', () => {
  it('is looked at again when it is not what was seen', async () => {
    at = new Bench({ f: 'first' });
    const path = join(at.project, 'f');
    const before = fileStat(lstatSync(path));
    writeFileSync(path, 'second, and longer');
    const found = await hashFile(path, before);
    expect(found?.stat).toEqual(fileStat(lstatSync(path)));
  });

  it.runIf(process.platform === 'linux')('gives nothing when it never is what its size says', async () => {
    at = new Bench();
    // A file of /proc has the size 0 and content, as one that grows while it is read.
    expect(await hashFile('/proc/self/status', fileStat(lstatSync('/proc/self/status')))).toBeNull();
  });

  it('is not followed when it has become a link', async () => {
    at = new Bench({ f: 'x', link: { link: 'f' } });
    const seen = fileStat(lstatSync(join(at.project, 'f')));
    await expect(hashFile(join(at.project, 'link'), seen)).rejects.toMatchObject({ code: 'ELOOP' });
  });
});

describe('leadsOutside', () => {
  it('finds every way out that the kernel finds, for any links', () => {
    at = new Bench();
    let round = 0;
    let found = 0;
    const place = array(constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 }).map((parts) =>
      parts.join('/'),
    );
    const target = array(constantFrom('a', 'b', 'c', '..', '..', '.'), { minLength: 1, maxLength: 5 }).map(
      (parts) => parts.join('/'),
    );
    assertAlways(
      property(array(tuple(place, target), { minLength: 1, maxLength: 6 }), (wanted) => {
        round += 1;
        const root = join(at.base, `round-${round}`, 'a', 'root');
        mkdirSync(root, { recursive: true });
        const links = new Map<string, string>();
        for (const [path, to] of wanted) if (tryLink(root, path, to)) links.set(path, to);
        const out = [...links.keys()].filter((path) => isOutside(root, join(root, path)));
        found += out.length;
        const seen = [...links].filter(([path, to]) => leadsOutside(path, to, links)).map(([path]) => path);
        expect(seen).toEqual(expect.arrayContaining(out));
      }),
      { numRuns: 300 },
    );
    expect(found).toBeGreaterThan(0);
  });
});

/** Makes the link, unless something is in its way; never through another link. */
function tryLink(root: string, path: string, target: string): boolean {
  try {
    const directory = join(root, path, '..');
    mkdirSync(directory, { recursive: true });
    if (realpathSync.native(directory) !== directory) return false;
    symlinkSync(target, join(root, path));
    return true;
  } catch {
    return false;
  }
}

/** What the kernel says; a link to nothing or into a loop leads nowhere. */
function isOutside(root: string, path: string): boolean {
  try {
    // The kernel itself: Node's own walk counts links otherwise, and does not end on some of them.
    const real = realpathSync.native(path);
    return real !== root && !real.startsWith(`${root}/`);
  } catch {
    return false;
  }
}
