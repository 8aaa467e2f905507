/** An instant as the clocks of a time zone show it: `2026-11-21 06:00 CET`, with seconds where there are any. */
export function spellInstant(instant: number, timezone: string): string {
  const parts = new Map(
    new Intl.DateTimeFormat('en-GB', { ...fields, timeZone: timezone })
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  );
  const [year, month, day] = [parts.get('year'), parts.get('month'), parts.get('day')];
  const [hour, minute, second] = [parts.get('hour'), parts.get('minute'), parts.get('second')];
  const seconds = second === '00' ? '' : `:${second}`;
  return `${year}-${month}-${day} ${hour}:${minute}${seconds} ${zoneName(instant, timezone)}`;
}

const fields = {
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
} as const;

/** `CET`, `EDT` …: which abbreviations are known depends on the language, and `GMT+9` serves where none is. */
function zoneName(instant: number, timeZone: string): string {
  const names = ['en-GB', 'en-US', 'en-AU'].map(
    (locale) =>
      new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'short' })
        .formatToParts(instant)
        .find(({ type }) => type === 'timeZoneName')?.value,
  );
  return (
    names.find((name) => name !== undefined && !name.startsWith('GMT+') && !name.startsWith('GMT-')) ??
    names[0] ??
    'UTC'
  );
}
