// Evaluates a table by the peers: GoRules ZEN and feelin.
//
//   node peers.mjs DIR TABLE ENGINE ROWS
//
// Prints "<evaluations per second of processor time> <md5-like list of results>":
// the rate on the first line, then one result a line.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { readFileSync } from 'node:fs';

const [dir, name, engine, count] = [process.argv[2], process.argv[3], process.argv[4], Number(process.argv[5])];
const require = createRequire(`${dir}/peers/package.json`);
const rows = readFileSync(`${dir}/${name}.jsonl`, 'utf8').split('\n', count).map((line) => JSON.parse(line));

// zenTable compiles the table once; each evaluation is a call of the public API.
async function zenTable() {
	const { ZenEngine } = require('@gorules/zen-engine');
	const decision = new ZenEngine().createDecision(JSON.parse(readFileSync(`${dir}/${name}.zen.json`, 'utf8')));
	return async (row) => (await decision.evaluate(row)).result.result ?? null;
}

// feelinTable tests cell after cell, as its unary tests are meant to be used; its
// parser runs each time, since it offers no compiled form.
async function feelinTable() {
	const { unaryTest } = await import(pathToFileURL(require.resolve('feelin')));
	const { inputs, rules } = JSON.parse(readFileSync(`${dir}/${name}.cells.json`, 'utf8'));
	return async (row) => {
		for (const rule of rules)
			if (rule.cells.every((cell, i) => { const r = unaryTest(cell, { ...row, '?': row[inputs[i]] }); return (r && typeof r === 'object' && 'value' in r ? r.value : r) === true; })) return rule.output;
		return null;
	};
}

const evaluate = await (engine === 'zen' ? zenTable() : feelinTable());
const results = [];
for (const row of rows.slice(0, Math.min(10, rows.length))) await evaluate(row);
const before = process.cpuUsage();
for (const row of rows) results.push(await evaluate(row));
const used = process.cpuUsage(before);
console.log(Math.round(rows.length / ((used.user + used.system) / 1e6)));
for (const result of results) console.log(result === null ? 'null' : result);
