/** Breakpoints and watched expressions as addresses carry them: one a line, a breakpoint as FILE:LINE and its condition behind a space. */

export type Breakpoint = {
	/** The source below a folder of sources: the folders of the package and the file. */
	readonly file: string;
	/** Line of the class. */
	readonly line: number;
	/** An expression in CEL; empty: it stops every time. */
	readonly condition: string;
};

function linesIn(text: string | undefined): readonly string[] {
	return (text ?? "").split("\n").filter((line) => line.trim() !== "");
}

/** What is none is left out. */
export function readBreaks(text: string | undefined): readonly Breakpoint[] {
	return linesIn(text).flatMap((line) => {
		const m = /^(\S+):(\d{1,9})(?: (.*))?$/.exec(line);
		if (m?.[1] === undefined || m[2] === undefined) return [];
		return [{ file: m[1], line: Number(m[2]), condition: (m[3] ?? "").trim() }];
	});
}

export function breakText(b: Breakpoint): string {
	return `${b.file}:${b.line}${b.condition === "" ? "" : ` ${b.condition}`}`;
}

/** Undefined: there are none. */
export function writeBreaks(all: readonly Breakpoint[]): string | undefined {
	return all.length === 0 ? undefined : all.map((b) => breakText({ ...b, condition: oneLine(b.condition) })).join("\n");
}

/** Takes a breakpoint away that is there, adds one that is not. */
export function toggleBreak(all: readonly Breakpoint[], file: string, line: number): readonly Breakpoint[] {
	const rest = all.filter((b) => b.file !== file || b.line !== line);
	return rest.length < all.length ? rest : [...all, { file, line, condition: "" }];
}

export function readWatch(text: string | undefined): readonly string[] {
	return linesIn(text);
}

export function writeWatch(all: readonly string[]): string | undefined {
	return all.length === 0 ? undefined : all.map(oneLine).join("\n");
}

function oneLine(text: string): string {
	return text.replace(/\s+/g, " ").trim();
}
