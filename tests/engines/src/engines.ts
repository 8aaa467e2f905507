import type { Engine } from './engine.ts';
import { flink } from './flink.ts';
import { hdfs } from './hdfs.ts';
import { oss2 } from './oss2.ts';
import { rclone } from './rclone.ts';
import { s5cmd } from './s5cmd.ts';
import { versitygw } from './versitygw.ts';

/** Every engine that tests run for real, in the order of installing. */
export const engines: readonly Engine[] = [versitygw, oss2, hdfs, flink];

/** What benches are held against; installed only when it is named. */
export const benchEngines: readonly Engine[] = [s5cmd, rclone];
