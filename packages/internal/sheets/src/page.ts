const STYLE = `
:root { color-scheme: light dark; --ink: #1d2530; --quiet: #5b6675; --line: #d5dbe3; --paper: #fff; --track: #eef1f5; --panel: #f7f9fb; --accent: #2f6fde; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --quiet: #9aa5b4; --line: #3a4350; --paper: #14181e; --track: #222932; --panel: #1a2028; --accent: #6c9bf0; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1080px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: .2rem } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem }
p { max-width: 70ch } .quiet { color: var(--quiet) }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { padding: .3rem .9rem; border-bottom: 1px solid var(--line); text-align: right } th:first-child, td:first-child { text-align: left }
.row { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start } .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 1rem 2rem; align-items: start } figure { margin: 0 } figcaption { color: var(--quiet); font-size: .85rem }
svg { max-width: 100%; height: auto } svg text { fill: var(--quiet); font: 12px system-ui, sans-serif } svg .title { fill: var(--ink); font-weight: 600 } svg .grid { stroke: var(--line) }
svg .label, svg .value { fill: var(--ink); font-variant-numeric: tabular-nums } svg .note { fill: var(--quiet) } svg .track { fill: var(--track) }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(92px, 1fr)); gap: .6rem; margin: 1rem 0 } .tiles div { border: 1px solid var(--line); border-radius: 6px; padding: .45rem .7rem }
.tiles b { display: block; font-size: 1.45rem; font-weight: 600; line-height: 1.3; font-variant-numeric: tabular-nums } .tiles span { color: var(--quiet); font-size: .85rem } .tiles .main { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent) } .tiles b.none { font-size: .95rem; font-weight: 400; line-height: 2.1; color: var(--quiet) }
.key { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; color: var(--quiet); font-size: .85rem; margin: .4rem 0; max-width: none } .key i { display: inline-block; width: .7rem; height: .7rem; margin-right: .4rem; border-radius: 2px }
.cards { display: flex; flex-wrap: wrap; gap: .8rem; margin: .4rem 0 1rem } .cards figure { width: 168px } .cards figcaption { line-height: 1.35; margin-top: .25rem } svg.stick { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; display: block }
h3 { font-size: 1rem; margin: 1.2rem 0 .1rem } .scroll { overflow-x: auto }
@media print { body { margin: 0 } figure, .tiles div { break-inside: avoid } }
`;

/** Text made safe for HTML and for quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(
    /[&<>"]/g,
    (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[character]!,
  );
}

/** One self-contained page: no script, nothing fetched. `style` is CSS of its own, as it is. */
export function htmlPage(title: string, body: string, style = ''): string {
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title><style>${STYLE}${style}</style>
<body><h1>${escapeHtml(title)}</h1>
${body}
</body></html>
`;
}

/** One number of a row of headline numbers. */
export interface Tile {
  readonly name: string;
  readonly value: string;
  /** Why there is none; then `value` is shown small. */
  readonly reason?: string;
}

/** Headline numbers side by side, the first one framed. */
export function tiles(list: readonly Tile[]): string {
  const items = list.map(({ name, value, reason }, i) => {
    const quiet = reason === undefined ? '' : ` class="none" title="${escapeHtml(reason)}"`;
    return `<div${i === 0 ? ' class="main"' : ''}><b${quiet}>${escapeHtml(value)}</b><span>${escapeHtml(name)}</span></div>`;
  });
  return `<div class="tiles">${items.join('')}</div>`;
}

export function htmlTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (tag: string, cells: readonly string[]): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  return `<table><thead>${line('th', header)}</thead><tbody>${rows.map((row) => line('td', row)).join('')}</tbody></table>`;
}
