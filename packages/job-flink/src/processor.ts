import type { JsonObject, Processor } from '@aiflow/core';
import { AIFlowError } from '@aiflow/core';

/** The documents' FlinkJavaProcessor: what {@link flinkJava} is told. */
export interface FlinkJavaParams {
  /** In `dependencies/jar`; with `/`. */
  readonly mainJarFile: string;
  /** Absent: the jar's manifest says it. */
  readonly entryClass?: string;
  readonly args: readonly string[];
}

/** A class of a module that Python can import. */
export interface FlinkPythonParams {
  readonly module: string;
  readonly class: string;
  readonly config: JsonObject;
}

/** The text of a script, or its file in the project. */
export type FlinkSqlParams = { readonly statements: string } | { readonly file: string };

export interface FlinkJavaProcessor extends Processor<'flink', FlinkJavaParams> {
  readonly kind: 'FlinkJavaProcessor';
}
export interface FlinkPythonProcessor extends Processor<'flink', FlinkPythonParams> {
  readonly kind: 'FlinkPythonProcessor';
}
export interface FlinkSqlProcessor extends Processor<'flink', FlinkSqlParams> {
  readonly kind: 'FlinkSqlProcessor';
}
export type FlinkProcessor = FlinkJavaProcessor | FlinkPythonProcessor | FlinkSqlProcessor;

export interface FlinkJavaOptions {
  readonly mainJarFile: string;
  readonly entryClass?: string;
  readonly args?: readonly string[];
}

/**
 * The main class of a jar. `mainJarFile` is its path in the project's `dependencies/jar`; without `entryClass` the
 * jar's manifest names the class. Throws `define.invalid_processor` for another form of any of them.
 */
export function flinkJava({ mainJarFile, entryClass, args = [] }: FlinkJavaOptions): FlinkJavaProcessor {
  const params = {
    mainJarFile,
    ...(entryClass === undefined ? {} : { entryClass }),
    args: Object.freeze([...args]),
  };
  if (!isJavaParams(params)) {
    const expected = `{ mainJarFile: 'my-job.jar', entryClass: 'com.acme.Main', args: ['text'] }`;
    throw invalid('flinkJava()', `${expected}, the jar in dependencies/jar`, params);
  }
  return Object.freeze({ jobType: 'flink', kind: 'FlinkJavaProcessor', params: Object.freeze(params) });
}

/**
 * A Python class with a `process` method, as `'module:Class'`; looked for in the workflow's folder, then in
 * `dependencies/python`. It gets the table environment and the statement set of the job. `config` is plain JSON and
 * reaches the class as `context.config`. Throws `define.invalid_processor` for another form.
 */
export function flinkPython(processor: string, config: JsonObject = {}): FlinkPythonProcessor {
  const [module = '', className = '', ...more] = String(processor).split(':');
  const params = { module, class: className, config };
  if (more.length > 0 || module.endsWith('.py') || !isPythonParams(params)) {
    throw invalid('flinkPython()', `'module:Class', such as flinkPython('delays:Average')`, processor);
  }
  return Object.freeze({ jobType: 'flink', kind: 'FlinkPythonProcessor', params: Object.freeze(params) });
}

/**
 * A SQL script: its text, or a `.sql` file by its path in the project. Statements end with `;`. Every INSERT of the job
 * joins one statement set, which is executed last; the rest runs directly, in order. The rows of a SELECT are the
 * node's result. Throws `define.invalid_processor` for another form; a script is read when the job runs.
 */
export function flinkSql(script: FlinkSqlParams): FlinkSqlProcessor {
  if (!isSqlParams(script)) {
    throw invalid('flinkSql()', `{ statements: 'INSERT …;' } or { file: 'workflows/w/job.sql' }`, script);
  }
  const params = Object.freeze({ ...script });
  return Object.freeze({ jobType: 'flink', kind: 'FlinkSqlProcessor', params });
}

/** Whether params have the form that {@link flinkJava} gives them: a graph may come from elsewhere. */
export function isJavaParams(params: object): params is FlinkJavaParams {
  const [jar, entryClass, args] = [of(params, 'mainJarFile'), of(params, 'entryClass'), of(params, 'args')];
  return (
    isProjectPath(jar, '.jar') &&
    (entryClass === undefined || isDottedName(entryClass)) &&
    Array.isArray(args) &&
    args.every((argument) => typeof argument === 'string')
  );
}

export function isPythonParams(params: object): params is FlinkPythonParams {
  const config = of(params, 'config');
  const isConfig = typeof config === 'object' && config !== null && !Array.isArray(config);
  return isDottedName(of(params, 'module')) && isDottedName(of(params, 'class')) && isConfig;
}

export function isSqlParams(params: object): params is FlinkSqlParams {
  const [statements, file] = [of(params, 'statements'), of(params, 'file')];
  if (statements === undefined) return isProjectPath(file, '.sql');
  return file === undefined && typeof statements === 'string' && statements.trim() !== '';
}

function of(params: object, key: string): unknown {
  return Reflect.get(params, key);
}

// Java's and Python's names alike; Java's may hold a "$".
const dottedName = /^[\p{ID_Start}_$][\p{ID_Continue}$]*(?:\.[\p{ID_Start}_$][\p{ID_Continue}$]*)*$/u;

function isDottedName(name: unknown): name is string {
  return typeof name === 'string' && dottedName.test(name);
}

function isProjectPath(path: unknown, ending: string): path is string {
  if (typeof path !== 'string' || !path.endsWith(ending) || /[\\\0]/.test(path)) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

function invalid(call: string, expected: string, found: unknown): AIFlowError {
  const shown = JSON.stringify(found) ?? String(found);
  const message = `${call} expects ${expected}, not ${shown.slice(0, 200)}`;
  return new AIFlowError('define.invalid_processor', message, { context: { found: shown } });
}
