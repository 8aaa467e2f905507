import { afterEach, describe, expect, it } from 'vitest';
import { ignoredNames } from '../../src/snapshot/ignore.ts';
import type { Item } from './project-tree.ts';
import { Bench } from './project-tree.ts';

let at: Bench | null = null;
async function pathsOf(tree: Readonly<Record<string, Item>>): Promise<string[]> {
  at = new Bench(tree);
  return Object.keys(await at.entries());
}
afterEach(() => at?.dispose());

describe('what a snapshot leaves out', () => {
  it.each([...ignoredNames])('%s, at any depth, as a directory or a file', async (name) => {
    const paths = await pathsOf({
      kept: '',
      [`${name}/f`]: '',
      [`deep/er/${name}`]: '',
      [`deep/${name}.txt`]: '',
    });
    expect(paths).toEqual([`deep/${name}.txt`, 'deep/er', 'kept'].sort());
  });

  it('*.tsbuildinfo, and any directory that holds a pyvenv.cfg', async () => {
    expect(
      await pathsOf({ 'a.tsbuildinfo': '', 'env-3.12/pyvenv.cfg': '', 'env-3.12/bin/python': '', b: '' }),
    ).toEqual(['b']);
  });

  it('what .aiflowignore says, with the rules of .gitignore', async () => {
    const rules = [
      '# a comment',
      '*.csv',
      '!kept.csv',
      '/only-at-root',
      'only-directory/',
      'a/**/z',
      '\\#name',
      '',
    ].join('\n');
    expect(
      await pathsOf({
        '.aiflowignore': rules,
        'x.csv': '',
        'sub/x.csv': '',
        'sub/kept.csv': '',
        'only-at-root': '',
        'sub/only-at-root': '',
        'only-directory/f': '',
        'sub/only-directory': '',
        'a/b/c/z': '',
        '#name': '',
      }),
    ).toEqual(['.aiflowignore', 'a/b/c', 'sub/kept.csv', 'sub/only-at-root', 'sub/only-directory']);
  });

  it('what an .aiflowignore of a directory says, for that directory, before those above it', async () => {
    expect(
      await pathsOf({
        '.aiflowignore': '*.log\n',
        'a.log': '',
        'sub/.aiflowignore': '!b.log\n/here\n',
        'sub/a.log': '',
        'sub/b.log': '',
        'sub/here': '',
        'sub/deeper/here': '',
        'sub/deeper/b.log': '',
        here: '',
      }),
    ).toEqual([
      '.aiflowignore',
      'here',
      'sub/.aiflowignore',
      'sub/b.log',
      'sub/deeper/b.log',
      'sub/deeper/here',
    ]);
  });

  it('not what a ! rule takes back in, also of the defaults', async () => {
    expect(
      await pathsOf({
        '.aiflowignore': '!node_modules\n!my-env/\n',
        'node_modules/f': '',
        'my-env/pyvenv.cfg': '',
        '.venv/f': '',
      }),
    ).toEqual(['.aiflowignore', 'my-env/pyvenv.cfg', 'node_modules/f']);
  });

  it('the generated/ of the project, whatever a rule says', async () => {
    expect(await pathsOf({ '.aiflowignore': '!generated\n', 'generated/f': '' })).toEqual(['.aiflowignore']);
  });

  it('a directory of which nothing is left stays as an empty one', async () => {
    expect(await pathsOf({ '.aiflowignore': '*.csv\n', 'data/a.csv': '', 'data/b.csv': '' })).toEqual([
      '.aiflowignore',
      'data',
    ]);
  });
});
