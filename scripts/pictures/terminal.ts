import { linesOf, type Run } from './ansi.ts';

const LETTER = 7.8;
const LINE = 19;
const MARGIN = 18;
const TOP = 46;
/** Longer lines are cut: a picture cannot be scrolled. */
const COLUMNS = 112;
/** Of more lines the beginning and the end are shown. */
const FIRST_LINES = 18;
const LAST_LINES = 12;

const STYLE = `
text{font:13px ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#1c2330;white-space:pre}
.paper{fill:#f8f9fb;stroke:#d5dbe5}.command{font-weight:700}.dot{fill:#c6cedb}.bold{font-weight:700}.dim,.grey{fill:#5f6978}
.red{fill:#b3261e}.green{fill:#146c3c}.yellow{fill:#855300}.blue{fill:#1650c4}.magenta{fill:#8a2a8f}.cyan{fill:#0b6578}
@media (prefers-color-scheme:dark){text{fill:#e4e8f0}.paper{fill:#14181f;stroke:#2e3746}.dot{fill:#3a4352}.dim,.grey{fill:#98a2b3}
.red{fill:#ff9a92}.green{fill:#93d6a4}.yellow{fill:#f0c36d}.blue{fill:#8db2ff}.magenta{fill:#d9a0e8}.cyan{fill:#7fd3e6}}`.trim();

/**
 * What a command has printed, as a picture that stands alone: no font, no script, dark and light, with
 * its text as description.
 *
 * @param command As one types it.
 */
export function terminalSvg(command: string, output: string): string {
	const lines = shortened(linesOf(output.replace(/\s+$/, ''))).map(cut);
	const texts = lines.map((line) => line.map(({ text }) => text).join(''));
	const columns = Math.max(command.length + 2, 60, ...texts.map((text) => text.length));
	const width = Math.ceil(columns * LETTER + 2 * MARGIN);
	const height = TOP + (lines.length + 1) * LINE + MARGIN;
	const drawn = lines.map((line, index) => drawLine(line, TOP + (index + 1.5) * LINE + 6));
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escapeXml(command)}</title>
<desc>${escapeXml(texts.join('\n'))}</desc>
<style>${STYLE}</style>
<rect class="paper" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="9"/>
<circle class="dot" cx="20" cy="19" r="5.5"/><circle class="dot" cx="38" cy="19" r="5.5"/><circle class="dot" cx="56" cy="19" r="5.5"/>
<text class="command" x="${MARGIN}" y="${TOP + 6}">$ ${escapeXml(command)}</text>
${drawn.filter((line) => line !== '').join('\n')}
</svg>
`;
}

/** Each run has its own place, so that columns stay columns whatever font there is. */
function drawLine(line: readonly Run[], y: number): string {
	let column = 0;
	const parts = line.map(({ text, style }) => {
		const x = (MARGIN + column * LETTER).toFixed(1);
		column += text.length;
		const classes = [style.colour, style.isBold && 'bold', style.isDim && 'dim'].filter(Boolean);
		const kind = classes.length === 0 ? '' : ` class="${classes.join(' ')}"`;
		return text.trim() === '' ? '' : `<tspan x="${x}"${kind}>${escapeXml(text)}</tspan>`;
	});
	const shown = parts.join('');
	return shown === '' ? '' : `<text y="${y}">${shown}</text>`;
}

function shortened(lines: Run[][]): Run[][] {
	const left = lines.length - FIRST_LINES - LAST_LINES;
	if (left <= 1) return lines;
	const remark = { text: `      … ${left} more lines …`, style: { isDim: true } };
	return [...lines.slice(0, FIRST_LINES), [remark], ...lines.slice(-LAST_LINES)];
}

function cut(line: readonly Run[]): Run[] {
	const kept: Run[] = [];
	let left = COLUMNS;
	for (const { text, style } of line) {
		if (left <= 0) break;
		const fits = text.length <= left;
		kept.push({ text: fits ? text : `${text.slice(0, left - 1)}…`, style });
		left -= text.length;
	}
	return kept;
}

function escapeXml(text: string): string {
	return text.replaceAll(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
