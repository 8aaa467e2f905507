import type { Engine } from './engine.ts';
import { hdfs } from './hdfs.ts';
import { oss2 } from './oss2.ts';
import { versitygw } from './versitygw.ts';

/** Every engine that tests run for real, in the order of installing. */
export const engines: readonly Engine[] = [versitygw, oss2, hdfs];
