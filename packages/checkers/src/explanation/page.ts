import type { Explanation } from '../verdict.ts';
import { escapeMarkup } from './markup.ts';
import { timelinePicture } from './picture.ts';
import type { Timeline } from './timeline.ts';

const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --paper: #ffffff; --line: #d0d7de;
  --plain: #ddf4ff; --plain-edge: #0969da; --culprit: #ffebe9; --culprit-edge: #cf222e;
  --unknown: #fff8c5; --unknown-edge: #9a6700; --order: #8250df; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --soft: #9da7b3; --paper: #0d1117; --line: #30363d;
    --plain: #0c2d6b; --plain-edge: #58a6ff; --culprit: #67060c; --culprit-edge: #ff7b72;
    --unknown: #4b2900; --unknown-edge: #d29922; --order: #bc8cff; }
}
body { margin: 2rem; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; margin: 0 0 .5rem; }
pre, svg text { font-family: ui-monospace, monospace; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .9rem; }
figure { margin: 1.5rem 0; }
figcaption { color: var(--soft); font-size: .9rem; }
/* Begins at its right end, where things go wrong; the names of the rows stay in sight. */
.timeline { display: flex; width: fit-content; max-width: 100%; overflow-x: auto; direction: rtl; }
.timeline svg { flex: none; direction: ltr; }
.timeline svg.names { order: 1; position: sticky; left: 0; background: var(--paper); }
svg text { font-size: 12px; fill: var(--ink); }
.row { stroke: var(--line); }
svg text.process { fill: var(--soft); }
.bar rect { fill: var(--plain); stroke: var(--plain-edge); }
.bar.culprit rect { fill: var(--culprit); stroke: var(--culprit-edge); stroke-width: 2; }
.bar.unknown rect { fill: var(--unknown); stroke: var(--unknown-edge); stroke-dasharray: 5 3; }
.order polyline { fill: none; stroke: var(--order); stroke-width: 1.5; opacity: .55; }
.order circle { fill: var(--order); }
.order text { font-size: 10px; fill: var(--order); }
`;

const STEPS = {
	serial: 'The numbered dots are one order that goes as far as any.',
	way: 'Each numbered dot has to come before the next.',
	cycle: 'Each numbered dot has to come before the next, and the last before the first.',
} as const;

/** What is in the picture, and nothing that is not. */
function captionOf({ bars, order = [], shape = 'serial', caption }: Timeline): string {
	const parts = ['Time runs to the right, in steps of equal worth.'];
	if (bars.some(({ tone }) => tone === 'culprit')) parts.push('Red: what does not fit.');
	if (bars.some(({ tone }) => tone === 'unknown')) parts.push('Dashed: no answer came.');
	if (order.length > 0) parts.push(STEPS[shape]);
	if (caption !== undefined) parts.push(caption);
	return escapeMarkup(parts.join(' '));
}

/**
 * A whole HTML page about one violation. It asks nobody for anything: its policy forbids all requests
 * and scripts, and every text from the history is escaped.
 */
export function explanationPage({ anomaly, summary, lines, timeline }: Explanation): string {
	const title = escapeMarkup(anomaly);
	const figure =
		timeline === undefined || timeline.bars.length === 0
			? ''
			: `<figure>
<div class="timeline" tabindex="0" aria-label="Operations in time">
${timelinePicture(timeline)}
</div>
<figcaption>${captionOf(timeline)}</figcaption>
</figure>
`;
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p>${escapeMarkup(summary)}</p>
${figure}<pre>${escapeMarkup(lines.join('\n'))}</pre>
</main>
</body>
</html>
`;
}
