import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Enough for what thousands of jobs leave behind between two collections; twice that is the most that it becomes. */
const enough = 8 * 2 ** 20;
const lookEveryMs = 100;

/**
 * Keeps V8's space for new objects from growing on, for as long as this process lives: on a machine with much memory it
 * would become 128 MB, of which a run that keeps 26 MB alive needs next to nothing. V8 takes its limit only when it
 * starts, and a second start of Node would cost every command its time; but it asks before each growth by how much.
 */
export function boundMemory(): void {
  const timer = setInterval(() => {
    const space = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
    if (space !== undefined && space.space_size < enough) return;
    setFlagsFromString('--semi-space-growth-factor=1');
    clearInterval(timer);
  }, lookEveryMs);
  timer.unref();
}
