/** The type checker and the linter are not talked round. Which folder may import which is held by internal/arch. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

const root = path.join(import.meta.dirname, "..");

function sources(): readonly { readonly file: string; readonly text: string }[] {
	return ["src", "mock", "test", "e2e"].flatMap((folder) =>
		readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
			.filter((f) => /\.tsx?$/.test(f) && f !== path.join("api", "schema.ts"))
			.map((f) => ({ file: path.join(folder, f), text: readFileSync(path.join(root, folder, f), "utf8") })),
	);
}

/** The lines of all sources that a form is found in, as file:line. */
function found(form: RegExp): readonly string[] {
	return sources().flatMap(({ file, text }) =>
		text.split("\n").flatMap((line, i) => (form.test(line) ? [`${file}:${i + 1}: ${line.trim()}`] : [])),
	);
}

it("reads the sources that it speaks of", () => {
	expect(sources().length).toBeGreaterThan(100);
	expect(found(/^export function App\(\)/)).toHaveLength(1);
});

it("has no any", () => {
	expect(found(/(?::|\bas|\bis|<|\||,|=)\s*any\b\s*(?:[;,)>=|[{]|$)/)).toEqual([]);
});

it("suppresses no type error and no rule about any, unused code or console", () => {
	expect(found(/@ts-(?:ignore|nocheck|expect-error)\b/)).toEqual([]);
	expect(
		found(/biome-ignore(?:-start|-all)? lint\/(?:suspicious\/noExplicitAny|suspicious\/noConsole|correctness\/noUnused|style\/noNonNull)/),
	).toEqual([]);
});
