import type { JobHandle, PluginOrigin } from '@aiflow/core';
import { pluginOrigin } from '@aiflow/core';
import type { ProcessHandleData } from '@aiflow/process';

/** The documents' PythonJobHandle. The process itself is found through the attempt's state directory. */
export type PythonJobHandle = JobHandle<PythonHandleData>;

/** What a handle remembers: for whoever stops the job without having its properties. */
export type PythonHandleData = ProcessHandleData;

export const origin: PluginOrigin = pluginOrigin(import.meta.url);
