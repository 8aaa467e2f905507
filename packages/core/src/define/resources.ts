import { posix } from 'node:path';
import { AIFlowError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { isJsonObject } from '../json.ts';
import { isName, nameRule } from '../names.ts';
import { checkKeys, checkOneOf, checkText, plainObjectCopy, shown } from './check.ts';

const columnTypes = [
  'INT32',
  'INT64',
  'FLOAT32',
  'FLOAT64',
  'STRING',
  'BYTES',
  'BOOLEAN',
  'TIMESTAMP',
  'INT32ARRAY',
  'INT64ARRAY',
  'FLOAT32ARRAY',
  'FLOAT64ARRAY',
  'STRINGARRAY',
  'BYTESARRAY',
] as const;

/** The types that a dataset's columns may have, by AIFlow's names. */
export type ColumnType = (typeof columnTypes)[number];

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

/** The documents' DatasetMeta: data that jobs read and write, known by its name. */
export interface Dataset {
  readonly name: string;
  /** Where it lies: a URI, or a path relative to the project. May say `${NAME}`. */
  readonly uri: string;
  /** Such as `csv` or `parquet`; null when it is not said. */
  readonly format: string | null;
  /** The columns in order; null when they are not said. */
  readonly schema: readonly Column[] | null;
  readonly properties: JsonObject;
}

/** The documents' ModelMeta: a model that jobs train and use, known by its name. */
export interface Model {
  readonly name: string;
  /** Such as `saved_model` or `checkpoint`; null when it is not said. */
  readonly type: string | null;
  readonly properties: JsonObject;
}

/** A model, or its name alone. */
export type ModelReference = string | Model;

/** What `dataset` takes. */
export interface DatasetSpec {
  /** By which jobs, rules and events know it. */
  readonly name: string;
  /**
   * Where it lies: a URI such as `s3://bucket/rows`, an absolute path, or a path relative to the project, which must
   * stay inside it. May say `${NAME}`.
   */
  readonly uri: string;
  /** Such as `csv` or `parquet`; not said unless given. */
  readonly format?: string | null;
  /** The columns in order, each with a name of its own; not said unless given. */
  readonly schema?: readonly Column[] | null;
  /** Anything else, as plain JSON; nothing unless given. */
  readonly properties?: JsonObject;
}

/** What `model` takes. */
export interface ModelSpec {
  /** By which jobs, rules and events know it. */
  readonly name: string;
  /** Such as `saved_model` or `checkpoint`; not said unless given. */
  readonly type?: string | null;
  /** Anything else, as plain JSON; nothing unless given. */
  readonly properties?: JsonObject;
}

/** Data that jobs read and write. Throws `define.invalid_dataset` or `define.unknown_option`. */
export function dataset(spec: DatasetSpec): Dataset {
  checkKeys(spec, ['name', 'uri', 'format', 'schema', 'properties'], 'dataset()');
  const what = `dataset ${shown(checkResourceName(spec.name, 'dataset'))}`;
  const code = 'define.invalid_dataset';
  return Object.freeze({
    name: spec.name,
    uri: checkUri(spec.uri, what),
    format: optionalText(spec.format, `the format of ${what}`, code),
    schema: spec.schema === undefined || spec.schema === null ? null : checkSchema(spec.schema, what),
    properties: plainObjectCopy(spec.properties ?? {}, `the properties of ${what}`, code),
  });
}

/** A model that jobs train and use. Throws `define.invalid_model` or `define.unknown_option`. */
export function model(spec: ModelSpec): Model {
  checkKeys(spec, ['name', 'type', 'properties'], 'model()');
  const what = `model ${shown(checkResourceName(spec.name, 'model'))}`;
  const code = 'define.invalid_model';
  return Object.freeze({
    name: spec.name,
    type: optionalText(spec.type, `the type of ${what}`, code),
    properties: plainObjectCopy(spec.properties ?? {}, `the properties of ${what}`, code),
  });
}

/** A model in full. Throws `define.invalid_model`. */
export function modelOf(reference: ModelReference): Model {
  return model(typeof reference === 'string' ? { name: reference } : reference);
}

/** Whether a value, which may come from anywhere, has the shape of a dataset. */
export function isDataset(value: unknown): value is Dataset {
  if (!isJsonObject(value)) return false;
  const { name, uri, format, schema, properties } = value;
  return (
    typeof name === 'string' &&
    typeof uri === 'string' &&
    (format === null || typeof format === 'string') &&
    (schema === null || (Array.isArray(schema) && schema.every(isColumn))) &&
    isJsonObject(properties)
  );
}

function isColumn(value: unknown): value is Column {
  return (
    isJsonObject(value) &&
    typeof value['name'] === 'string' &&
    columnTypes.some((type) => type === value['type'])
  );
}

function checkResourceName(name: unknown, kind: 'dataset' | 'model'): string {
  if (typeof name === 'string' && isName(name)) return name;
  throw new AIFlowError(
    `define.invalid_${kind}`,
    `a ${kind} cannot have the name ${shown(name)}: expected ${nameRule}`,
  );
}

function optionalText(value: unknown, what: string, code: string): string | null {
  return value === undefined || value === null ? null : checkText(value, what, code);
}

function checkUri(value: unknown, what: string): string {
  const uri = checkText(value, `the uri of ${what}`, 'define.invalid_dataset');
  // Where a URI with a scheme, an absolute path or a value of the environment leads is not for a definition to know.
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(uri) || posix.isAbsolute(uri) || uri.startsWith('${')) return uri;
  if (!uri.includes('\\') && posix.normalize(uri).split('/')[0] !== '..') return uri;
  throw new AIFlowError(
    'define.invalid_dataset',
    `the uri of ${what} must stay in the project, and ${shown(uri)} does not: write a path inside of it with "/", an absolute path or a URI`,
  );
}

function checkSchema(columns: readonly Column[], what: string): readonly Column[] {
  const refuse = (message: string): AIFlowError =>
    new AIFlowError('define.invalid_dataset', `the schema of ${what} ${message}`);
  if (!Array.isArray(columns)) throw refuse(`must be a list of columns, not ${shown(columns)}`);
  const names = new Set<string>();
  const checked = columns.map((column: unknown): Column => {
    if (!isJsonObject(column)) throw refuse(`has ${shown(column)} where a column { name, type } belongs`);
    const { name, type } = column;
    if (typeof name !== 'string' || name === '') throw refuse(`has a column with the name ${shown(name)}`);
    if (names.has(name)) throw refuse(`has two columns ${shown(name)}: give one another name`);
    names.add(name);
    const of = `the type of column ${shown(name)} of ${what}`;
    return Object.freeze({ name, type: checkOneOf(type, columnTypes, of, 'define.invalid_dataset') });
  });
  return Object.freeze(checked);
}
