#!/usr/bin/env node
// parse.mjs FOLDER LANGUAGE FILE: parse FILE by tree-sitter's grammar of LANGUAGE (powershell, groovy), whose packages are in FOLDER. What it
// does not understand is named, and the exit code is 1.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [folder, language, file] = process.argv.slice(2);
const { Language, Parser } = createRequire(`${folder}/`)("web-tree-sitter");
await Parser.init();
const parser = new Parser();
parser.setLanguage(await Language.load(`${folder}/node_modules/tree-sitter-${language}/tree-sitter-${language}.wasm`));

function complain(node) {
	if (node.isError || node.isMissing) {
		const what = node.isMissing ? `${node.type} is missing` : `not understood: ${node.text.slice(0, 60)}`;
		console.log(`${file}:${node.startPosition.row + 1}:${node.startPosition.column + 1}: ${what}`);
		process.exitCode = 1;
	} else if (node.hasError) {
		node.children.forEach(complain);
	}
}
complain(parser.parse(readFileSync(file, "utf8")).rootNode);
