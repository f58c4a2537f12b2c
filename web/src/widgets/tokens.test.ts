import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const src = path.join(import.meta.dirname, "..");
const css = readFileSync(path.join(import.meta.dirname, "tokens.css"), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");

function block(selector: RegExp): ReadonlyMap<string, string> {
	const body = selector.exec(css)?.[1] ?? "";
	return new Map([...body.matchAll(/(--[a-z0-9-]+):\s*([^;]+);/g)].map((m) => [m[1] ?? "", m[2]?.trim() ?? ""]));
}
const base = block(/^:root \{([^}]*)\}/m);
const themes = { dark: block(/\[data-theme="dark"\] \{([^}]*)\}/), light: block(/\n\[data-theme="light"\] \{([^}]*)\}/) };

/** Sources by name, those of the tokens themselves left out. */
function files(form: RegExp): readonly { readonly name: string; readonly text: string }[] {
	return readdirSync(src, { recursive: true, encoding: "utf8" })
		.filter((f) => form.test(f) && !f.endsWith("tokens.css") && !/\.test\.tsx?$/.test(f))
		.map((name) => ({ name, text: readFileSync(path.join(src, name), "utf8").replace(/\/\*[\s\S]*?\*\//g, "") }));
}

type Rgb = readonly [number, number, number];

/** A colour over a background, as WCAG 2.2 reckons. */
function rgb(colour: string, under: Rgb = [0, 0, 0]): Rgb {
	const m = /^#([0-9a-f]{6})([0-9a-f]{2})?$/.exec(colour);
	if (m?.[1] === undefined) throw new Error(`${colour} is no colour that this test reads`);
	const alpha = m[2] === undefined ? 1 : Number.parseInt(m[2], 16) / 255;
	const part = (i: number) => Number.parseInt(m[1]?.slice(i * 2, i * 2 + 2) ?? "", 16) * alpha + (under[i] ?? 0) * (1 - alpha);
	return [part(0), part(1), part(2)];
}

function luminance(c: Rgb): number {
	const [r, g, b] = c.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
	return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
}

function contrast(a: Rgb, b: Rgb): number {
	const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
	return (high + 0.05) / (low + 0.05);
}

describe("the tokens", () => {
	it("have the same names in both themes", () => {
		expect(themes.dark.size).toBeGreaterThan(35);
		expect([...themes.light.keys()].sort()).toEqual([...themes.dark.keys()].sort());
	});

	it("are the only names that a component uses", () => {
		const known = new Set([...base.keys(), ...themes.dark.keys()]);
		// Flags of a command line look the same.
		const unknown = files(/\.(css|tsx?)$/)
			.filter(({ name }) => !name.endsWith("commandLine.ts"))
			.flatMap(({ name, text }) => {
				const own = new Set([...text.matchAll(/(--[a-z0-9-]+):/g)].map((m) => m[1]));
				return [...text.matchAll(/(?:var\(|["'`])(--[a-z0-9-]+)\b/g)]
					.filter((m) => !known.has(m[1] ?? "") && !own.has(m[1]) && !m[1]?.startsWith("--mantine-") && !m[1]?.startsWith("--xy-"))
					.map((m) => `${name}: ${m[1]}`);
			});
		expect(unknown).toEqual([]);
	});

	it("hold every colour: none stands in a component", () => {
		const raw = [...files(/\.css$/), ...files(/\.tsx?$/)].flatMap(({ name, text }) =>
			[...text.matchAll(/(?<![\w&/-])#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})\b(?![\w-])|\b(?:rgb|hsl|oklch)a?\(/gi)].map(
				(m) => `${name}: ${m[0]}`,
			),
		);
		expect(raw).toEqual([]);
	});
});

describe.each(Object.entries(themes))("in the %s theme", (_, theme) => {
	const colour = (name: string, under?: Rgb) => rgb(theme.get(name) ?? "", under);
	const words = [
		"--fg",
		"--fg-2",
		"--fg-3",
		"--accent",
		"--ok",
		"--late",
		"--drop",
		"--retract",
		"--wm",
		"--mask",
		"--code-key",
		"--code-str",
		"--code-num",
		"--code-note",
	];
	const surfaces = ["--bg-app", "--bg-panel", "--bg-raised", "--bg-hover", "--bg-select"];

	it("every ink can be read on every surface", () => {
		const weak = words
			.flatMap((w) => surfaces.map((s) => ({ pair: `${w} on ${s}`, by: contrast(colour(w), colour(s)) })))
			.filter(({ by }) => by < 4.5);
		expect(weak.map(({ pair, by }) => `${pair}: ${by.toFixed(2)}`)).toEqual([]);
	});

	it("words of a tone can be read on its soft shade, where chips stand", () => {
		const tones = ["--ok", "--late", "--drop", "--wm", "--mask", "--accent"];
		const weak = tones.flatMap((t) =>
			["--bg-app", "--bg-panel", "--bg-raised"]
				.map((s) => ({ pair: `${t} on its soft shade on ${s}`, by: contrast(colour(t), colour(`${t}-soft`, colour(s))) }))
				.filter(({ by }) => by < 4.5),
		);
		expect(weak.map(({ pair, by }) => `${pair}: ${by.toFixed(2)}`)).toEqual([]);
		expect(contrast(colour("--fg-on-accent"), colour("--accent"))).toBeGreaterThanOrEqual(4.5);
	});

	it("bars and lines of a strip can be told from the panel", () => {
		for (const ink of ["--ink", "--wm", "--retract", "--ok", "--drop", "--cp", "--accent", "--late"])
			expect(contrast(colour(ink), colour("--bg-panel")), ink).toBeGreaterThanOrEqual(2.5);
	});
});
