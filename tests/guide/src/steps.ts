import { commandsOf } from './console.ts';
import type { GuideProject } from './guide-project.ts';
import type { Block } from './markdown.ts';
import { contentOf, pathOf } from './markdown.ts';

/** What a reader does at one place of a page, and what they then see. */
export interface Step {
  readonly name: string;
  readonly take: (project: GuideProject) => Promise<string>;
  readonly output: RegExp;
}

/** The steps of a page in order: files that are written, of which the compiler says nothing, and commands. */
export function stepsOf(blocks: readonly Block[]): Step[] {
  return blocks.flatMap((block) => {
    const path = pathOf(block);
    if (path !== null) return [writeStep(block, path)];
    return block.language === 'console' ? runSteps(block) : [];
  });
}

function writeStep(block: Block, path: string): Step {
  const take = async (project: GuideProject): Promise<string> => {
    await project.write(path, contentOf(block));
    return path.endsWith('.ts') ? await project.typecheck([path]) : '';
  };
  return { name: `line ${block.line}: ${path}`, take, output: /^\n$/ };
}

function runSteps(block: Block): Step[] {
  return commandsOf(block).map(({ command, output, interruptAfter }) => ({
    name: `line ${block.line}: ${command}`,
    take: (project) => project.run(command, interruptAfter),
    output,
  }));
}
