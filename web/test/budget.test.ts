/** What the first screen costs, and that what it does not need is not in it. Reads what the build wrote. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";

const dist = path.join(import.meta.dirname, "..", "dist");
const budget = 350_000;

function built(file: string): string {
	const whole = path.join(dist, file);
	if (!existsSync(whole)) throw new Error(`${path.join("dist", file)} is not there: run npm run build first`);
	return readFileSync(whole, "utf8");
}

/** Scripts that a page loads before it can do anything: those it names, and what they import, which the build writes as a string. */
function firstLoad(html: string): ReadonlySet<string> {
	const found = new Set<string>();
	const add = (file: string) => {
		if (found.has(file)) return;
		found.add(file);
		for (const imported of statically(built(file))) add(path.posix.join(path.posix.dirname(file), imported));
	};
	for (const m of html.matchAll(/<(?:script|link)\b[^>]*?\b(?:src|href)="\/([^"]+\.js)"/g)) add(m[1] ?? "");
	return found;
}

/** Files that a chunk imports as soon as it runs; what import() names is not among them. */
function statically(script: string): readonly string[] {
	return [...script.matchAll(/(?:\bfrom|\bimport|[;}]import)\s*["'`](\.[^"'`]+\.js)["'`]/g)].map((m) => m[1] ?? "");
}

describe("imports of a chunk", () => {
	it("are found in every form that a bundler writes, lazy ones left out", () => {
		const script =
			'import{a as b}from"./one.js";import"./two.js";export*from"./three.js";const p=()=>import("./lazy.js");new Worker("./work.js")';
		expect(statically(script)).toEqual(["./one.js", "./two.js", "./three.js"]);
	});
});

describe("the first screen", () => {
	const scripts = () => firstLoad(built("index.html"));

	it("loads at most 350 KB of compressed script", () => {
		const sizes = [...scripts()].map((file) => [file, gzipSync(built(file), { level: 9 }).length] as const);
		expect(sizes.length).toBeGreaterThan(0);
		const whole = sizes.reduce((sum, [, n]) => sum + n, 0);
		expect(whole, sizes.map(([file, n]) => `${file}: ${n}`).join("\n")).toBeLessThanOrEqual(budget);
		// It is a page of React: less than this means that the scripts were not found.
		expect(whole).toBeGreaterThan(50_000);
	});

	it("does not hold the layout engine, which has a file of its own", () => {
		const engine = /org\.eclipse\.elk|elk\.layered/;
		for (const file of scripts()) {
			expect(file).not.toMatch(/elk/);
			expect(engine.test(built(file)), file).toBe(false);
		}
		const workers = readdirSync(path.join(dist, "assets")).filter(
			(f) => /^elk-worker.*\.js$/.test(f) && built(`assets/${f}`).length > 1_000_000,
		);
		expect(workers).toHaveLength(1);
	});

	it("leaves the code of the other screens for later", () => {
		const later = ["GraphPanel", "EventsPanel", "JourneyPanel", "RecordingsPanel", "GapsPanel", "AgentsPanel", "PolicyPanel", "Chart"];
		const all = readdirSync(path.join(dist, "assets"));
		for (const name of later) {
			const chunk = all.find((f) => f.startsWith(`${name}-`) && f.endsWith(".js"));
			expect(chunk, `the chunk of ${name}`).toBeDefined();
			expect(scripts().has(`assets/${chunk}`), name).toBe(false);
		}
	});

	it("runs no script that the server's policy forbids: nothing inline, nothing from a data address", () => {
		const html = built("index.html");
		expect(html).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>/);
		expect(html).not.toMatch(/(?:src|href)="data:/);
		expect(html).not.toMatch(/\son[a-z]+="/);
	});
});
