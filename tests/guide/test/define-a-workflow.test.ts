import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GuideProject } from '../src/guide-project.ts';
import { blocksOf, pathOf, readPage } from '../src/markdown.ts';
import { stepsOf } from '../src/steps.ts';

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

  // In the order of the page: what one step leaves is there for those behind it.
  it.each(stepsOf(blocks).map((step) => [step.name, step] as const))('%s', async (_, { take, output }) => {
    expect(`${await take(project)}\n`).toMatch(output);
  });
});
