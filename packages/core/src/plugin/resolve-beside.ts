import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { errorCode } from '../errors.ts';

const done = new Set<string>();

/**
 * Lets the files of a project import packages that are installed beside the command and not in the project, so that
 * a project runs before anything was installed in it. What the project has itself always comes first. A second
 * call for the same project does nothing.
 */
export function resolveBeside(projectDir: string, commandDir: string): void {
  if (done.has(projectDir)) return;
  done.add(projectDir);
  const inside = pathToFileURL(join(projectDir, '/')).href;
  const parentURL = pathToFileURL(join(commandDir, 'package.json')).href;
  registerHooks({
    resolve: (specifier, context, nextResolve) => {
      try {
        return nextResolve(specifier, context);
      } catch (error) {
        const bare = !/^(\.|\/|[a-z]+:)/.test(specifier);
        const fromProject = context.parentURL?.startsWith(inside) === true;
        if (!bare || !fromProject || errorCode(error) !== 'ERR_MODULE_NOT_FOUND') throw error;
        try {
          return nextResolve(specifier, { ...context, parentURL });
        } catch {
          throw error; // the project's own view of what is missing is the one that helps
        }
      }
    },
  });
}
