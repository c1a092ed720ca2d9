import type { Explanation, Verdict } from '../verdict.ts';

/** For a terminal: what is wrong, then the argument, ending in a newline. */
export function explanationText({ anomaly, summary, lines }: Explanation): string {
	return [`${anomaly}: ${summary}`, ...lines.map((line) => `  ${line}`), ''].join('\n');
}

/** Any verdict for a terminal. */
export function verdictText(verdict: Verdict): string {
	if (verdict.verdict === 'ok') return 'ok\n';
	if (verdict.verdict === 'unknown') return `unknown: ${verdict.reason}\n`;
	return explanationText(verdict.explanation);
}
