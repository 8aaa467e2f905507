/** A length of time as people say it: `0.4 s`, `12.3 s`, `4 min 07 s`, `2 h 05 min`. */
export function describeDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${pad(Math.floor(seconds % 60))} s`;
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
}

/** The time between two ISO dates; null when one of them is missing. */
export function between(start: string | null, end: string | null): string | null {
  return start === null || end === null ? null : describeDuration(Date.parse(end) - Date.parse(start));
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}
