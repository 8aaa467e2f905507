import type { JsonObject } from '../json.ts';

/** The types that a dataset's columns may have, by AIFlow's names. */
export type ColumnType =
  | 'INT32'
  | 'INT64'
  | 'FLOAT32'
  | 'FLOAT64'
  | 'STRING'
  | 'BYTES'
  | 'BOOLEAN'
  | 'TIMESTAMP'
  | 'INT32ARRAY'
  | 'INT64ARRAY'
  | 'FLOAT32ARRAY'
  | 'FLOAT64ARRAY'
  | 'STRINGARRAY'
  | 'BYTESARRAY';

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

/** A model in full. */
export function modelOf(model: ModelReference): Model {
  return typeof model === 'string' ? { name: model, type: null, properties: {} } : model;
}
