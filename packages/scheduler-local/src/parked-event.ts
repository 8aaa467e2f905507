import type { Event } from '@aiflow/core';

/** An event whose contexts could not be found out: nothing of the workflow was told of it. */
export interface ParkedEvent {
  readonly event: Event;
  readonly reason: string;
}
