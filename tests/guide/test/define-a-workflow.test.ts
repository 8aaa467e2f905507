import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandsOf } from '../src/console.ts';
import { GuideProject } from '../src/guide-project.ts';
import { blocksOf, contentOf, pathOf, readPage } from '../src/markdown.ts';

const blocks = blocksOf(readPage('define-a-workflow.md'));

describe('docs/define-a-workflow.md', () => {
  let project: GuideProject;

  beforeAll(async () => {
    project = await GuideProject.create();
  });
  afterAll(async () => {
    await project[Symbol.asyncDispose]();
  });

  it('shows nothing that is not run: each block names its file, or is a terminal', () => {
    const others = blocks.filter((block) => block.language !== 'console' && pathOf(block) === null);
    expect(others.map((block) => block.text.split('\n')[0])).toEqual(['my-project/']); // the tree of a project
  });

  // In the order of the page: what a block writes is there for those behind it.
  for (const block of blocks) {
    const path = pathOf(block);
    if (path !== null) {
      it(`line ${block.line}: ${path}`, async () => {
        await project.write(path, contentOf(block));
        if (path.endsWith('.ts')) expect(await project.typecheck([path])).toBe('');
      });
    }
    if (block.language !== 'console') continue;
    for (const { command, output, interruptAfter } of commandsOf(block)) {
      it(`line ${block.line}: ${command}`, async () => {
        expect(`${await project.run(command, interruptAfter)}\n`).toMatch(output);
      });
    }
  }
});
