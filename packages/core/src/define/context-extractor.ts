import { posix } from 'node:path';
import { AIFlowError } from '../errors.ts';
import { isJsonObject } from '../json.ts';
import type { Event } from '../observe/event.ts';
import { checkKeys, checkOneOf, checkText, shown } from './check.ts';

/**
 * Which executions an event belongs to: all of them, or those of these contexts. No context at all drops the event.
 */
export type EventContext = { readonly broadcast: true } | { readonly contexts: readonly string[] };

/** Says of an event which executions it belongs to. Its own module exports it; it must not wait or look outside. */
export type ExtractContext = (event: Event) => EventContext;

/**
 * How the contexts of an event are found, as data: in one of its fields, in the JSON that a field holds (`pointer`, as
 * RFC 6901 writes it; a list there is several contexts), or by an exported function of a file of the project.
 */
export type ContextExtractor =
  | {
      readonly kind: 'field';
      readonly field: 'key' | 'value' | 'sender' | 'namespace' | 'context';
      readonly pointer: string | null;
    }
  | {
      readonly kind: 'module';
      /** Relative to the project, with `/`. */
      readonly module: string;
      readonly exportName: string;
    };

/** Where in an event its contexts stand. */
export interface FieldExtractor {
  readonly field: EventField;
  /**
   * Where in the JSON that the field holds, as RFC 6901 writes it: `/run/id`; the field itself unless said. A list
   * there is several contexts.
   */
  readonly pointer?: string;
  readonly module?: undefined;
}

/** Which function of the project says which contexts an event belongs to. */
export interface ModuleExtractor {
  /** `./context.ts` stands beside the workflow's definition; without `./` the path is relative to the project. */
  readonly module: string;
  /** The name under which it exports an {@link ExtractContext}; `default` unless said. */
  readonly export?: string;
  readonly field?: undefined;
}

export type ContextExtractorSpec = FieldExtractor | ModuleExtractor;

/** The fields of an event that can hold its contexts. */
export type EventField = Extract<ContextExtractor, { readonly kind: 'field' }>['field'];

const fields: readonly EventField[] = ['key', 'value', 'sender', 'namespace', 'context'];

type Given = Readonly<Partial<Record<'field' | 'pointer' | 'module' | 'export', unknown>>>;

/** An extractor as data. Throws `define.invalid_extractor` or `define.unknown_option`. */
export function contextExtractor(spec: ContextExtractorSpec, workflowName: string): ContextExtractor {
  const what = `extractContext() of workflow "${workflowName}"`;
  checkKeys(spec, ['field', 'pointer', 'module', 'export'], what);
  const { field, pointer, module, export: exportName }: Given = { ...spec };
  const isField = field !== undefined && module === undefined && exportName === undefined;
  const isModule = module !== undefined && field === undefined && pointer === undefined;
  if (!isField && !isModule) {
    throw invalid(`${what} takes { field, pointer } or { module, export }, and one of the two`);
  }
  return Object.freeze(
    isField
      ? {
          kind: 'field',
          field: checkOneOf(field, fields, `the field of ${what}`, invalidExtractor),
          pointer: pointer === undefined ? null : checkPointer(pointer, what),
        }
      : {
          kind: 'module',
          module: modulePath(
            checkText(module, `the module of ${what}`, invalidExtractor),
            workflowName,
            what,
          ),
          exportName: checkText(exportName ?? 'default', `the export of ${what}`, invalidExtractor),
        },
  );
}

/** Whether a value, which may come from anywhere, has the shape of a context extractor, whose module is in the project. */
export function isContextExtractor(value: unknown): value is ContextExtractor {
  if (!isJsonObject(value)) return false;
  const { kind, field, pointer, module, exportName } = value;
  if (kind === 'field') {
    return fields.some((one) => one === field) && (pointer === null || isPointer(pointer));
  }
  return kind === 'module' && typeof exportName === 'string' && exportName !== '' && isModulePath(module);
}

function checkPointer(pointer: unknown, what: string): string {
  if (isPointer(pointer)) return pointer;
  throw invalid(`the pointer of ${what} must be written as in "/run/id", not ${shown(pointer)}`);
}

/** As RFC 6901 has it: empty for the whole, or `/` before each step, in which `~` is written `~0` and `/` is `~1`. */
function isPointer(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 4096 && /^(?:\/(?:[^~/]|~[01])*)*$/.test(value);
}

function modulePath(module: string, workflowName: string, what: string): string {
  const isBeside = module.startsWith('./') || module.startsWith('../');
  const path = isBeside ? posix.join('workflows', workflowName, module) : posix.normalize(module);
  if (isModulePath(path)) return path;
  throw invalid(
    `the module of ${what} must be a TypeScript or JavaScript file in the project, such as "./context.ts", not ${shown(module)}`,
  );
}

function isModulePath(path: unknown): path is string {
  return (
    typeof path === 'string' &&
    path.length <= 4096 &&
    /\.[cm]?[jt]s$/.test(path) &&
    !/^\.\.?\/|\/\.\.?\/|^\/|[\\:\p{Cc}]/u.test(path)
  );
}

const invalidExtractor = 'define.invalid_extractor';

function invalid(message: string): AIFlowError {
  return new AIFlowError(invalidExtractor, message);
}
