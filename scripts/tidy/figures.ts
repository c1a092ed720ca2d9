import { type Finding, lineAt } from './finding.ts';
import { type Page, proseOf, type Repository } from './repository.ts';

const NUMBER = String.raw`(?:\d[\d,.]*|two|three|four|five|six|eight|ten|twenty|some \w+)`;
const THINGS = '(?:calls|events|orders|appends|commits|runs|requests|operations|messages)';

/** Speeds and ratios of speeds, and nothing that merely has a number in it. */
const FIGURE = new RegExp(
	[
		`\\b${NUMBER} times (?:as fast|faster|slower)`,
		`\\b${NUMBER}x (?:as fast|faster|slower|real time)`,
		`\\b${NUMBER} ${THINGS} (?:a|per) second\\b`,
		'\\b(?:half|a third|a quarter|\\d+ %) (?:faster|slower)\\b',
	].join('|'),
	'g',
);
const HEADING = /^#+ .+$/gm;
/** A command in the same section, or the word that there is none. */
const SOURCE = /`np[mx] [^`]+`|^npm run |no\s+command\s+of\s+this\s+repository/m;

/** A speed that a document names is measured by a command that it names, too: else nobody can look. */
export function checkFigures({ pages }: Repository): Finding[] {
	return pages.filter(({ path }) => /^(?:README|docs\/)/.test(path)).flatMap(bareFigures);
}

function bareFigures(page: Page): Finding[] {
	const prose = proseOf(page);
	const starts = [0, ...[...page.text.matchAll(HEADING)].map(({ index }) => index)];
	return [...prose.matchAll(FIGURE)].flatMap(({ 0: figure, index }) => {
		const start = starts.findLast((place) => place <= index) ?? 0;
		const end = starts.find((place) => place > index);
		if (SOURCE.test(page.text.slice(start, end))) return [];
		const line = lineAt(page.text, index);
		const problem = `nothing says what measured "${figure}"`;
		return [{ path: page.path, line, problem, remedy: 'name the command in this section' }];
	});
}
