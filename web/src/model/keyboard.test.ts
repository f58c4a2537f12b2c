import { describe, expect, it } from "vitest";
import { type Command, chordOf, commands, conflicts, createMatcher, type KeyPress, keysOf } from "./keyboard";

function press(keys: string): KeyPress {
	const parts = keys.split(" ");
	const key = parts.at(-1) ?? "";
	const has = (name: string) => parts.slice(0, -1).includes(name);
	return { key, ctrlKey: has("Ctrl"), metaKey: has("Meta"), altKey: has("Alt"), shiftKey: has("Shift") };
}

const screens = [
	"fleet",
	"graph",
	"recordings",
	"events",
	"journey",
	"timeline",
	"gaps",
	"sql",
	"agents",
	"policy",
	"topics",
	"topic",
	"groups",
	"lost",
] as const;
const worksOn = (c: Command, screen: (typeof screens)[number]) => c.screens === undefined || c.screens.includes(screen);
const matcher = (own: Readonly<Record<string, string>> = {}) => createMatcher(() => own);

describe("the table of keys", () => {
	it("has one command by each id, each with a title", () => {
		expect(new Set(commands.map((c) => c.id)).size).toBe(commands.length);
		for (const c of commands) expect(c.title.length, c.id).toBeGreaterThan(0);
		expect(new Set(commands.map((c) => `${c.group} ${c.title}`)).size).toBe(commands.length);
	});

	it("gives no key to two commands of one screen", () => {
		expect(conflicts({})).toEqual([]);
		for (const screen of screens) {
			const keys = commands.filter((c) => worksOn(c, screen)).flatMap((c) => c.keys);
			expect(
				keys.filter((k, i) => keys.indexOf(k) !== i),
				screen,
			).toEqual([]);
		}
	});

	it("has no key that hides the first of two", () => {
		for (const screen of screens) {
			const keys = commands.filter((c) => worksOn(c, screen)).flatMap((c) => c.keys);
			const firsts = keys.filter((k) => /^\S+ \S+$/.test(k) && !/^(?:Ctrl|Alt|Shift) /.test(k)).map((k) => k.split(" ")[0]);
			expect(
				keys.filter((k) => firsts.includes(k)),
				screen,
			).toEqual([]);
		}
	});

	it("reaches every command by its keys, on each of its screens, and nowhere else", () => {
		for (const c of commands) {
			for (const screen of screens) {
				for (const keys of c.keys) {
					const m = matcher();
					const chords = /^(?:Ctrl|Alt|Shift) /.test(keys) ? [keys] : keys.split(" ");
					const results = chords.map((k) => m.press(press(k), false, screen, 0));
					if (worksOn(c, screen)) expect(results.at(-1), `${keys} on ${screen}`).toBe(c.id);
					else expect(results.at(-1), `${keys} on ${screen}`).not.toBe(c.id);
				}
			}
		}
	});
});

describe("in a text field", () => {
	it("no key fires but those that say so", () => {
		for (const c of commands) {
			for (const keys of c.keys) {
				const m = matcher();
				const chords = /^Ctrl /.test(keys) ? [keys] : keys.split(" ");
				const last = chords.map((k) => m.press(press(k), true, "events", 0)).at(-1);
				expect(last, keys).toBe(c.inFields === true ? c.id : undefined);
			}
		}
		expect(commands.filter((c) => c.inFields === true).map((c) => c.id)).toEqual(["palette", "close"]);
	});

	it("the second of two keys is a letter of the text", () => {
		const m = matcher();
		expect(m.press(press("g"), false, "events", 0)).toBe("begun");
		expect(m.press(press("e"), true, "events", 10)).toBeUndefined();
	});
});

describe("two keys one after the other", () => {
	it("are one command when the second comes soon", () => {
		const m = matcher();
		expect(m.press(press("g"), false, "events", 0)).toBe("begun");
		expect(m.press(press("f"), false, "events", 1200)).toBe("go-fleet");
		expect(m.press(press("f"), false, "events", 1300)).toBe("fit");
	});

	it("are two keys when it comes late", () => {
		const m = matcher();
		m.press(press("g"), false, "events", 0);
		expect(m.press(press("f"), false, "events", 1201)).toBe("fit");
	});

	it("stay begun while only a modifier is held", () => {
		const m = matcher();
		m.press(press("g"), false, "events", 0);
		expect(m.press({ ...press("Shift"), shiftKey: true }, false, "events", 5)).toBeUndefined();
		expect(m.press(press("f"), false, "events", 10)).toBe("go-fleet");
	});

	it("end with a key that makes no pair, which does what it does alone", () => {
		const m = matcher();
		m.press(press("g"), false, "events", 0);
		expect(m.press(press("j"), false, "fleet", 1)).toBe("row-down");
		expect(m.press(press("f"), false, "fleet", 2)).toBeUndefined();
	});
});

describe("a chord", () => {
	it("is the same on a Mac, in capitals, and with a sign that needs Shift", () => {
		expect(chordOf(press("Ctrl k"))).toBe("Ctrl K");
		expect(chordOf(press("Meta k"))).toBe("Ctrl K");
		expect(chordOf({ ...press("?"), shiftKey: true })).toBe("?");
		expect(chordOf({ ...press("J"), shiftKey: true })).toBe("Shift J");
		expect(chordOf(press("Ctrl Alt Shift ArrowUp"))).toBe("Ctrl Alt Shift ArrowUp");
		expect(chordOf(press("Escape"))).toBe("Escape");
		expect(chordOf({ ...press("x"), key: " " })).toBe("Space");
	});

	it("is none for a modifier, a dead key or a key of an input method alone", () => {
		for (const key of ["Control", "Shift", "Alt", "Meta", "Dead", "Process"]) expect(chordOf(press(key)), key).toBeUndefined();
	});

	it("with Ctrl is left to the browser where no command has it", () => {
		for (const key of ["Ctrl j", "Ctrl f", "Ctrl w", "Alt d", "Shift j"])
			expect(matcher().press(press(key), false, "events", 0), key).toBeUndefined();
	});
});

describe("the reader's own keys", () => {
	const agents = commands.find((c) => c.id === "go-agents") as Command;

	it("replace those of the table, and may be none", () => {
		expect(keysOf(agents, {})).toEqual(["G A"]);
		expect(keysOf(agents, { "go-agents": "P" })).toEqual(["P"]);
		expect(keysOf(agents, { "go-agents": "" })).toEqual([]);
		const m = matcher({ "go-agents": "P", help: "" });
		expect(m.press(press("p"), false, "fleet", 0)).toBe("go-agents");
		expect(m.press(press("?"), false, "fleet", 0)).toBeUndefined();
	});

	it("are told when they clash on a screen that both work on", () => {
		expect(conflicts({ "go-agents": "J" })).toEqual([["row-down", "go-agents"]]);
		expect(conflicts({ follow: "/" })).toEqual([["filter", "follow"]]);
		expect(conflicts({ tree: "." })).toEqual([]);
	});

	it("are told when they hide the first of two keys", () => {
		expect(conflicts({ help: "G" }).flat()).toContain("go-fleet");
		expect(conflicts({ help: "G" }).every(([a]) => a === "help")).toBe(true);
	});
});
