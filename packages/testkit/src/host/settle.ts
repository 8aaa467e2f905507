/** So many turns of the event loop in a row nothing must wait for the disk. */
const quietTurns = 10;
/** What goes on for longer is no consequence of what the test did. */
const mostTurns = 20_000;

/**
 * Lets what is under way in this process run on until it waits for something else than its own turn or the disk: for a
 * clock, another process or the test.
 */
export async function settle(): Promise<void> {
  let quiet = 0;
  for (let turn = 0; quiet < quietTurns && turn < mostTurns; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    quiet = waitsForDisk() ? 0 : quiet + 1;
  }
}

function waitsForDisk(): boolean {
  return process.getActiveResourcesInfo().some((kind) => kind.startsWith('FSReq'));
}
