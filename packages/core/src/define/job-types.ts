import type { JsonObject } from '../json.ts';
import type { Processor } from './graph.ts';

/**
 * The job types that the compiler knows. A job plugin's package adds its own, so that importing it is enough for
 * processors and properties to be checked:
 *
 * ```ts
 * declare module '@aiflow/core' {
 *   interface JobTypes { bash: { processor: BashProcessor; properties: BashProperties } }
 * }
 * ```
 */
export interface JobTypes {}

export type JobTypeName = keyof JobTypes & string;

/** The processors that a job of this type takes. */
export type ProcessorOf<Type extends string> = Type extends JobTypeName
  ? JobTypes[Type] extends { processor: infer P extends Processor }
    ? P
    : Processor<Type>
  : Processor<Type>;

/** The properties that a job of this type takes. */
export type PropertiesOf<Type extends string> = Type extends JobTypeName
  ? JobTypes[Type] extends { properties: infer P }
    ? P
    : JsonObject
  : JsonObject;
