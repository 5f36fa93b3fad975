/** Numbers under their names, null for no data. */
export type Stats = Readonly<Record<string, number | null>>;

/** Prints `{"stats": ...}` at full precision. */
export function printJson(stats: Stats): void {
  console.log(JSON.stringify({ stats }));
}

/** Prints names and numbers in two columns; `reasons` says why a number is missing. */
export function printStats(
  stats: Stats,
  reasons: Readonly<Record<string, string | undefined>> = {},
  digits = 3,
): void {
  const entries = Object.entries(stats);
  const nameWidth = Math.max(...entries.map(([name]) => name.length));
  const shown = entries.map(([, value]) => value?.toFixed(digits));
  const width = Math.max(...shown.map((text) => text?.length ?? 0));
  entries.forEach(([name], i) => {
    const reason = reasons[name];
    const none = reason ? `no data (${reason})` : 'no data';
    console.log(`${name.padEnd(nameWidth)}  ${shown[i]?.padStart(width) ?? none}`);
  });
}
