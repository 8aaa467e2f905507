import type { EventLog, Scheduler } from '@aiflow/core';
import type { Point, Trap, Victim } from './points.ts';

/** What can be asked of the scheduler's process. */
export type Remote = Omit<Scheduler, 'config' | 'events' | 'start' | 'close'> &
  Pick<EventLog, 'publish' | 'list'>;
export type Method = keyof Remote;

export type Request =
  | { readonly kind: 'call'; readonly id: number; readonly method: Method; readonly args: readonly unknown[] }
  | { readonly kind: 'trap'; readonly trap: Trap | null }
  | { readonly kind: 'close' };

export type Answer =
  | { readonly kind: 'started' }
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'refused'; readonly id: number; readonly code: string; readonly message: string }
  /** Something else than this process was killed at a point. */
  | { readonly kind: 'killed'; readonly point: Point; readonly victim: Victim };
