// Writes two decision tables and their inputs, each in the form of every engine
// that is measured: DMN XML for pg_assure, JDM for ZEN, cells for feelin.
//
//   node generate.mjs DIR ROWS
//
// screening   20 rules x 5 inputs: what a claim's screening looks like
// tariff      5,000 rules x 4 inputs: plan x province x age band x amount band
//
// The same seed writes the same files.
import { createWriteStream, writeFileSync } from 'node:fs';

const [dir, rows] = [process.argv[2], Number(process.argv[3])];
let seed = 20240301;

// random returns a number below n, from a linear congruential generator.
function random(n) {
	seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
	return Math.floor(seed / 4294967296 * n);
}

const pick = (list) => list[random(list.length)];
const CAUSES = ['illness', 'accident', 'maternity', 'dental'];

// A cell is '-', or {eq: value} or {from, to}: from <= x < to, either may be missing.
function screening() {
	const amounts = [[undefined, 500], [500, 2000], [2000, 5000], [5000, 20000], [20000, undefined]];
	const rules = [];
	for (let i = 0; i < 20; i++) {
		const [from, to] = amounts[i % 5];
		rules.push({
			cells: [{ from, to }, i % 3 === 2 ? '-' : { from: 18, to: 60 + i % 2 * 10 }, i < 15 ? { eq: CAUSES[Math.floor(i / 5)] } : '-',
				i % 4 === 3 ? { eq: true } : '-', i % 2 === 1 ? { from: 1, to: 3 } : '-'],
			output: i < 19 ? ['approve', 'pend', 'deny'][i % 3] : 'pend',
		});
	}
	return {
		name: 'screening', rules, inputs: [['amount', 'number'], ['age', 'number'], ['cause', 'string'], ['network', 'boolean'], ['grade', 'number']],
		row: () => ({ amount: random(3000000) / 100, age: random(90), cause: pick(CAUSES), network: random(2) === 1, grade: random(4) }),
	};
}

function tariff() {
	const plans = Array.from({ length: 20 }, (_, i) => `PLAN-${100 + i}`);
	const provinces = Array.from({ length: 25 }, (_, i) => `${(11 + i) * 10000}`);
	const ages = [[0, 18], [18, 35], [35, 50], [50, 65], [65, 120]];
	const amounts = [[0, 5000], [5000, undefined]];
	const rules = [];
	for (const plan of plans) for (const province of provinces) for (const [a, b] of ages) for (const [c, d] of amounts)
		rules.push({ cells: [{ eq: plan }, { eq: province }, { from: a, to: b }, { from: c, to: d }], output: `R${rules.length + 1}` });
	// Rules of a real table are in no helpful order.
	for (let i = rules.length - 1; i > 0; i--) { const j = random(i + 1); [rules[i], rules[j]] = [rules[j], rules[i]]; }
	return {
		name: 'tariff', rules, inputs: [['plan', 'string'], ['province', 'string'], ['age', 'number'], ['amount', 'number']],
		row: () => ({ plan: pick(plans), province: pick(provinces), age: random(120), amount: random(1000000) / 100 }),
	};
}

const literal = (value) => typeof value === 'string' ? `"${value}"` : String(value);

// feel writes a cell as a unary test; ZEN reads the same notation.
function feel(cell) {
	if (cell === '-') return '-';
	if ('eq' in cell) return literal(cell.eq);
	if (cell.from === undefined) return `< ${cell.to}`;
	if (cell.to === undefined) return `>= ${cell.from}`;
	return `[${cell.from}..${cell.to})`;
}

const xml = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');

function dmn({ name, inputs, rules }) {
	const lines = [`<?xml version="1.0" encoding="UTF-8"?>`,
		`<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="${name}" name="${name}" namespace="bench/${name}">`,
		...inputs.map(([n, t]) => `<inputData id="i_${n}" name="${n}"><variable name="${n}" typeRef="${t}"/></inputData>`),
		`<decision id="d" name="result"><variable name="result" typeRef="string"/>`,
		...inputs.map(([n], i) => `<informationRequirement id="r${i}"><requiredInput href="#i_${n}"/></informationRequirement>`),
		`<decisionTable id="t" hitPolicy="FIRST">`,
		...inputs.map(([n, t], i) => `<input id="in${i}"><inputExpression typeRef="${t}"><text>${n}</text></inputExpression></input>`),
		`<output id="out" name="result" typeRef="string"/>`,
		...rules.map((rule, i) => `<rule id="rule${i}">${rule.cells.map((c) => `<inputEntry><text>${xml(feel(c))}</text></inputEntry>`).join('')}` +
			`<outputEntry><text>${xml(literal(rule.output))}</text></outputEntry></rule>`),
		`</decisionTable></decision></definitions>`];
	return lines.join('\n');
}

function zen({ inputs, rules }) {
	const table = {
		hitPolicy: 'first', inputs: inputs.map(([n]) => ({ id: n, name: n, field: n })), outputs: [{ id: 'result', name: 'result', field: 'result' }],
		rules: rules.map((rule, i) => Object.fromEntries([['_id', `rule${i}`], ...inputs.map(([n], k) => [n, rule.cells[k] === '-' ? '' : feel(rule.cells[k])]),
			['result', literal(rule.output)]])),
	};
	return {
		nodes: [{ id: 'in', type: 'inputNode', name: 'in' }, { id: 'table', type: 'decisionTableNode', name: 'table', content: table }, { id: 'out', type: 'outputNode', name: 'out' }],
		edges: [{ id: 'a', type: 'edge', sourceId: 'in', targetId: 'table' }, { id: 'b', type: 'edge', sourceId: 'table', targetId: 'out' }],
	};
}

for (const table of [screening(), tariff()]) {
	writeFileSync(`${dir}/${table.name}.dmn`, dmn(table));
	writeFileSync(`${dir}/${table.name}.zen.json`, JSON.stringify(zen(table)));
	writeFileSync(`${dir}/${table.name}.cells.json`, JSON.stringify({ inputs: table.inputs.map(([n]) => n), rules: table.rules.map((r) => ({ cells: r.cells.map(feel), output: r.output })) }));
	const out = createWriteStream(`${dir}/${table.name}.jsonl`);
	for (let i = 0; i < rows; i++) out.write(JSON.stringify(table.row()) + '\n');
	out.end();
}
