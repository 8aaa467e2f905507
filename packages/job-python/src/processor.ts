import type { JsonObject, Processor } from '@aiflow/core';
import { AIFlowError } from '@aiflow/core';

/** A class of a module that Python can import, or of a file of the project. */
export type PythonParams =
  | { readonly module: string; readonly class: string; readonly config: JsonObject }
  /** `file` is relative to the project, with `/`. */
  | { readonly file: string; readonly class: string; readonly config: JsonObject };

/** A node that is a Python class with a `process` method; made by {@link python} or {@link pythonFile}. */
export interface PythonProcessor extends Processor<'python', PythonParams> {
  readonly kind: 'PythonProcessor';
}

/**
 * A class by module, as `'module:Class'` or `'package.module:Class'`. The module is looked for in the workflow's
 * folder, then in `dependencies/python`, then where Python looks by itself. `config` is plain JSON and reaches the
 * class as `context.config`. Throws `define.invalid_processor` when the first argument has another form; whether the
 * class exists is found out when the job runs (`python.not_found`), because compiling needs no Python.
 */
export function python(processor: string, config: JsonObject = {}): PythonProcessor {
  const [module, className] = halves(processor);
  if (!isDottedName(module) || !isDottedName(className) || module.endsWith('.py')) {
    const expected = `'module:Class', such as python('penguins:Train'), or pythonFile() for a file`;
    throw invalid('python()', expected, processor);
  }
  return makeProcessor({ module, class: className, config });
}

/**
 * A class by file, as `'path/in/the/project.py:Class'`; the path is relative to the project. Modules beside the file
 * can be imported, too. Throws `define.invalid_processor` for a path that is not a `.py` file inside the project.
 */
export function pythonFile(processor: string, config: JsonObject = {}): PythonProcessor {
  const [file, className] = halves(processor);
  if (!isProjectFile(file) || !isDottedName(className)) {
    throw invalid('pythonFile()', `'path/in/the/project.py:Class', with "/" and without ".."`, processor);
  }
  return makeProcessor({ file, class: className, config });
}

/** Whether params have the form that {@link python} and {@link pythonFile} give them: a graph may come from elsewhere. */
export function isPythonParams(params: object): params is PythonParams {
  const of = (key: string): unknown => Reflect.get(params, key);
  const config = of('config');
  return (
    isDottedName(of('class')) &&
    typeof config === 'object' &&
    config !== null &&
    (isDottedName(of('module')) ? of('file') === undefined : isProjectFile(of('file')))
  );
}

function makeProcessor(params: PythonParams): PythonProcessor {
  return Object.freeze({ jobType: 'python', kind: 'PythonProcessor', params: Object.freeze(params) });
}

function halves(processor: string): readonly [string, string] {
  const text = String(processor);
  const colon = text.lastIndexOf(':');
  return colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
}

// https://docs.python.org/3/reference/lexical_analysis.html#identifiers
const dottedName = /^[\p{ID_Start}_][\p{ID_Continue}]*(?:\.[\p{ID_Start}_][\p{ID_Continue}]*)*$/u;

function isDottedName(name: unknown): name is string {
  return typeof name === 'string' && dottedName.test(name);
}

function isProjectFile(path: unknown): path is string {
  if (typeof path !== 'string' || !path.endsWith('.py') || /[\\\0]/.test(path)) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

function invalid(call: string, expected: string, found: string): AIFlowError {
  return new AIFlowError(
    'define.invalid_processor',
    `${call} expects ${expected}, not ${JSON.stringify(found)}`,
    {
      context: { found: String(found) },
    },
  );
}
