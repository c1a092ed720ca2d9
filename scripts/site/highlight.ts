import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import css from 'highlight.js/lib/languages/css';
import diff from 'highlight.js/lib/languages/diff';
import dockerfile from 'highlight.js/lib/languages/dockerfile';
import http from 'highlight.js/lib/languages/http';
import ini from 'highlight.js/lib/languages/ini';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import python from 'highlight.js/lib/languages/python';
import sql from 'highlight.js/lib/languages/sql';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';
import { escapeHtml } from './html.ts';

/** By the name that stands at a fence, or after the dot of a file's name. */
const LANGUAGES = {
	ts: typescript,
	tsx: typescript,
	typescript,
	js: javascript,
	mjs: javascript,
	json,
	sh: bash,
	bash,
	sql,
	diff,
	py: python,
	python,
	yaml,
	yml: yaml,
	html: xml,
	xml,
	css,
	http,
	ini,
	service: ini,
	dockerfile,
};

for (const [name, language] of Object.entries(LANGUAGES)) hljs.registerLanguage(name, language);

/** Code as HTML with a class for each kind of word; of a language that is not known, as plain text. */
export function highlight(code: string, language: string): string {
	const name = language.toLowerCase();
	if (!(name in LANGUAGES)) return escapeHtml(code);
	return hljs.highlight(code, { language: name, ignoreIllegals: true }).value;
}
