/**
 * The one table of keys. Every action has a command id; a key is a chord ("Ctrl K", "Shift .") or two keys one after the other
 * ("G E"). Keys never fire in text fields, but for those marked so.
 */
import type { Screen } from "./address";

export type CommandId =
	| "palette"
	| "help"
	| "filter"
	| "row-down"
	| "row-up"
	| "open"
	| "close"
	| "event-next"
	| "event-back"
	| "fit"
	| "zoom-in"
	| "zoom-out"
	| "pan-left"
	| "pan-right"
	| "follow"
	| "pause"
	| "tree"
	| "export-test"
	| "share"
	| "go-fleet"
	| "go-recordings"
	| "go-agents"
	| "go-policy"
	| "go-tokens"
	| "go-grants"
	| "go-notifications"
	| "go-replays"
	| "go-contracts"
	| "go-schemas"
	| "go-impact"
	| "go-audit"
	| "go-topics"
	| "go-catalog"
	| "go-graph"
	| "go-events"
	| "go-journey"
	| "go-timeline"
	| "go-gaps"
	| "go-sql"
	| "go-key"
	| "go-watermarks"
	| "go-inflight"
	| "go-step"
	| "step-over"
	| "step-over-back"
	| "step-in"
	| "step-in-back"
	| "step-out"
	| "step-out-back"
	| "record-next"
	| "record-back"
	| "line-next"
	| "line-back"
	| "exception-next"
	| "exception-back"
	| "drop-next"
	| "drop-back"
	| "output-next"
	| "output-back"
	| "state-next"
	| "state-back"
	| "value-next"
	| "value-back"
	| "condition-next"
	| "condition-back"
	| "breakpoint"
	| "watch"
	| "end-replay"
	| "zone"
	| "theme"
	| "copy-link"
	| "copy-command";

export type Command = {
	readonly id: CommandId;
	readonly title: string;
	readonly group: "Everywhere" | "Lists" | "Pictures and time" | "Steps through code" | "Go to";
	/** Empty: in the palette only. */
	readonly keys: readonly string[];
	/** Where it does something; absent: everywhere. */
	readonly screens?: readonly Screen[];
	/** Fires in text fields as well. */
	readonly inFields?: boolean;
};

const pictures: readonly Screen[] = ["graph", "journey", "events", "timeline", "entity"];
const lists: readonly Screen[] = [
	"fleet",
	"recordings",
	"events",
	"journey",
	"gaps",
	"sql",
	"key",
	"agents",
	"graph",
	"replays",
	"contracts",
	"subjects",
	"impacts",
	"step",
	"audit",
	"clusters",
	"topics",
	"topic",
	"groups",
	"group",
	"catalog",
	"entity",
];
const recordingScreens: readonly Screen[] = [
	"graph",
	"events",
	"timeline",
	"journey",
	"sql",
	"key",
	"watermarks",
	"inflight",
	"gaps",
	"step",
];
const steps: readonly Screen[] = ["step"];

export const commands: readonly Command[] = [
	{ id: "palette", title: "Search or jump to", group: "Everywhere", keys: ["Ctrl K"], inFields: true },
	{ id: "help", title: "All keys", group: "Everywhere", keys: ["?"] },
	{
		id: "filter",
		title: "Filter",
		group: "Everywhere",
		keys: ["/"],
		screens: [
			"fleet",
			"recordings",
			"events",
			"graph",
			"agents",
			"contracts",
			"subjects",
			"audit",
			"topics",
			"topic",
			"groups",
			"catalog",
			"entity",
		],
	},
	{ id: "close", title: "Close, clear", group: "Everywhere", keys: ["Escape"], inFields: true },
	{ id: "zone", title: "Times in UTC or local", group: "Everywhere", keys: ["U"] },
	{ id: "theme", title: "Dark or light", group: "Everywhere", keys: [] },
	{ id: "copy-link", title: "Copy the link to this view", group: "Everywhere", keys: [] },
	{ id: "copy-command", title: "Copy this view as a command", group: "Everywhere", keys: [] },
	{ id: "row-down", title: "Next row", group: "Lists", keys: ["J"], screens: lists },
	{ id: "row-up", title: "Row before", group: "Lists", keys: ["K"], screens: lists },
	{ id: "open", title: "Open", group: "Lists", keys: ["Enter"], screens: lists },
	{
		id: "event-next",
		title: "Next event of this task, record of this partition",
		group: "Lists",
		keys: ["."],
		screens: ["events", "topic"],
	},
	{
		id: "event-back",
		title: "Event before of this task, record of this partition",
		group: "Lists",
		keys: [","],
		screens: ["events", "topic"],
	},
	{ id: "follow", title: "Follow what arrives", group: "Lists", keys: ["L"], screens: ["events", "topic"] },
	{ id: "pause", title: "Hold what is followed still", group: "Lists", keys: ["P"], screens: ["topic"] },
	{
		id: "export-test",
		title: "Export the moment as a JUnit test",
		group: "Lists",
		keys: ["T"],
		screens: ["events", "journey", "key", "step"],
	},
	{
		id: "share",
		title: "Share the recording with somebody without access",
		group: "Everywhere",
		keys: ["H"],
		screens: recordingScreens.filter((s) => s !== "graph"),
	},
	{ id: "zoom-in", title: "Zoom in", group: "Pictures and time", keys: ["W"], screens: pictures },
	{ id: "zoom-out", title: "Zoom out", group: "Pictures and time", keys: ["S"], screens: pictures },
	{ id: "pan-left", title: "Move left, earlier", group: "Pictures and time", keys: ["A"], screens: pictures },
	{ id: "pan-right", title: "Move right, later", group: "Pictures and time", keys: ["D"], screens: pictures },
	{ id: "fit", title: "Fit selection", group: "Pictures and time", keys: ["F"], screens: pictures },
	{ id: "tree", title: "Graph as tree, map as table", group: "Pictures and time", keys: [], screens: ["graph", "entity"] },
	{ id: "step-over", title: "Next line, over calls", group: "Steps through code", keys: ["F10", "]"], screens: steps },
	{ id: "step-over-back", title: "Line before, over calls", group: "Steps through code", keys: ["Shift F10", "["], screens: steps },
	{ id: "step-in", title: "Into a call", group: "Steps through code", keys: ["F11", "I"], screens: steps },
	{ id: "step-in-back", title: "Back, into a call", group: "Steps through code", keys: ["Ctrl F11", "Shift I"], screens: steps },
	{ id: "step-out", title: "Out of the call", group: "Steps through code", keys: ["Shift F11", "O"], screens: steps },
	{ id: "step-out-back", title: "Back, to where the call was made", group: "Steps through code", keys: ["Shift O"], screens: steps },
	{ id: "record-next", title: "Next invocation", group: "Steps through code", keys: ["."], screens: steps },
	{ id: "record-back", title: "Invocation before", group: "Steps through code", keys: [","], screens: steps },
	{ id: "breakpoint", title: "Breakpoint at this line", group: "Steps through code", keys: ["F9", "B"], screens: steps },
	{ id: "line-next", title: "On to a breakpoint", group: "Steps through code", keys: ["F8", ">"], screens: steps },
	{ id: "line-back", title: "Back to a breakpoint", group: "Steps through code", keys: ["Shift F8", "<"], screens: steps },
	{ id: "exception-next", title: "On to an exception", group: "Steps through code", keys: ["X"], screens: steps },
	{ id: "exception-back", title: "Back to an exception", group: "Steps through code", keys: ["Shift X"], screens: steps },
	{ id: "drop-next", title: "On to a drop", group: "Steps through code", keys: ["D"], screens: steps },
	{ id: "drop-back", title: "Back to a drop", group: "Steps through code", keys: ["Shift D"], screens: steps },
	{ id: "output-next", title: "On to an output", group: "Steps through code", keys: ["E"], screens: steps },
	{ id: "output-back", title: "Back to an output", group: "Steps through code", keys: ["Shift E"], screens: steps },
	{ id: "state-next", title: "On to a change of state", group: "Steps through code", keys: ["S"], screens: steps },
	{ id: "state-back", title: "Back to a change of state", group: "Steps through code", keys: ["Shift S"], screens: steps },
	{ id: "value-next", title: "On to where the variable changes", group: "Steps through code", keys: ["V"], screens: steps },
	{ id: "value-back", title: "Back to where the variable changed", group: "Steps through code", keys: ["Shift V"], screens: steps },
	{ id: "condition-next", title: "On to where the expression holds", group: "Steps through code", keys: ["C"], screens: steps },
	{ id: "condition-back", title: "Back to where the expression held", group: "Steps through code", keys: ["Shift C"], screens: steps },
	{ id: "watch", title: "Watch an expression", group: "Steps through code", keys: ["W"], screens: steps },
	{ id: "end-replay", title: "End the replay", group: "Steps through code", keys: ["Q"], screens: steps },
	{ id: "go-fleet", title: "Fleet", group: "Go to", keys: ["G F"] },
	{ id: "go-recordings", title: "Recordings", group: "Go to", keys: ["G R"] },
	{ id: "go-agents", title: "Agents", group: "Go to", keys: ["G A"] },
	{ id: "go-policy", title: "Recording policy", group: "Go to", keys: ["G O"] },
	{ id: "go-tokens", title: "Tokens and sessions", group: "Go to", keys: [] },
	{ id: "go-grants", title: "Grants", group: "Go to", keys: [] },
	{ id: "go-notifications", title: "Notifications", group: "Go to", keys: ["G N"] },
	{ id: "go-contracts", title: "Data contracts", group: "Go to", keys: ["G D"] },
	{ id: "go-schemas", title: "Schemas", group: "Go to", keys: ["G H"] },
	{ id: "go-impact", title: "Who breaks: impact of a change", group: "Go to", keys: ["G M"] },
	{ id: "go-replays", title: "Replays", group: "Go to", keys: ["G Y"] },
	{ id: "go-audit", title: "Audit log", group: "Go to", keys: ["G U"] },
	{ id: "go-topics", title: "Topics", group: "Go to", keys: ["G C"] },
	{ id: "go-catalog", title: "Catalog", group: "Go to", keys: ["G L"] },
	{ id: "go-graph", title: "Graph of this job", group: "Go to", keys: ["G G"], screens: recordingScreens },
	{ id: "go-events", title: "Events of this recording", group: "Go to", keys: ["G E"], screens: recordingScreens },
	{ id: "go-journey", title: "Journey of this record", group: "Go to", keys: ["G J"], screens: recordingScreens },
	{ id: "go-sql", title: "SQL of this job", group: "Go to", keys: ["G Q"], screens: recordingScreens },
	{ id: "go-timeline", title: "Timeline of this recording", group: "Go to", keys: ["G T"], screens: recordingScreens },
	{ id: "go-key", title: "A key's history and states", group: "Go to", keys: ["G K"], screens: recordingScreens },
	{ id: "go-watermarks", title: "Watermarks at a moment", group: "Go to", keys: ["G W"], screens: recordingScreens },
	{ id: "go-inflight", title: "In flight at a checkpoint", group: "Go to", keys: ["G I"], screens: recordingScreens },
	{ id: "go-step", title: "Step through the code at this position", group: "Go to", keys: ["G S"], screens: recordingScreens },
	{ id: "go-gaps", title: "Gaps of this recording", group: "Go to", keys: ["G P"], screens: recordingScreens },
];

/** The keys of a command with the reader's own choice applied. */
export function keysOf(command: Command, own: Readonly<Record<string, string>>): readonly string[] {
	const chosen = own[command.id];
	if (chosen === undefined) return command.keys;
	return chosen === "" ? [] : [chosen];
}

/** The part of a keyboard event that counts. */
export type KeyPress = {
	readonly key: string;
	readonly ctrlKey: boolean;
	readonly metaKey: boolean;
	readonly altKey: boolean;
	readonly shiftKey: boolean;
};

/** The name of a chord, or undefined for a lone modifier. Ctrl and the Mac's command key are one. */
export function chordOf(press: KeyPress): string | undefined {
	const { key } = press;
	if (key === "Control" || key === "Shift" || key === "Alt" || key === "Meta" || key === "Dead" || key === "Process") return undefined;
	const name = key === " " ? "Space" : key.length === 1 ? key.toUpperCase() : key;
	const parts: string[] = [];
	if (press.ctrlKey || press.metaKey) parts.push("Ctrl");
	if (press.altKey) parts.push("Alt");
	// Shift is part of what a sign is ("?"); it counts only with letters and named keys.
	if (press.shiftKey && (key.length > 1 || key.toUpperCase() !== key.toLowerCase())) parts.push("Shift");
	parts.push(name);
	return parts.join(" ");
}

const secondKeyWithin = 1200;

export type Matcher = {
	/** The command of this press; "begun" when it may be the first of two keys; undefined when it is none. */
	readonly press: (press: KeyPress, inField: boolean, screen: Screen, now: number) => CommandId | "begun" | undefined;
};

export function createMatcher(own: () => Readonly<Record<string, string>>): Matcher {
	let begun: { readonly key: string; readonly until: number } | undefined;
	return {
		press: (press, inField, screen, now) => {
			const chord = chordOf(press);
			if (chord === undefined) return undefined;
			const first = begun !== undefined && now <= begun.until ? begun.key : undefined;
			begun = undefined;
			const here = commands.filter((c) => (c.screens === undefined || c.screens.includes(screen)) && (!inField || c.inFields === true));
			const match = (key: string) => here.find((c) => keysOf(c, own()).includes(key))?.id;
			if (first !== undefined) {
				const both = match(`${first} ${chord}`);
				if (both !== undefined) return both;
			}
			const one = match(chord);
			if (one !== undefined) return one;
			if (here.some((c) => keysOf(c, own()).some((k) => k.startsWith(`${chord} `)))) {
				begun = { key: chord, until: now + secondKeyWithin };
				return "begun";
			}
			return undefined;
		},
	};
}

/** The same key, or one that is the first of the other's two and would be taken for itself. */
function clash(a: string, b: string): boolean {
	return a === b || a.startsWith(`${b} `) || b.startsWith(`${a} `);
}

/** Commands that hinder each other: on one screen the same key would start both, or one hides the other. */
export function conflicts(own: Readonly<Record<string, string>>): readonly (readonly [CommandId, CommandId])[] {
	const out: [CommandId, CommandId][] = [];
	commands.forEach((a, i) => {
		for (const b of commands.slice(i + 1)) {
			const together = a.screens === undefined || b.screens === undefined || a.screens.some((s) => b.screens?.includes(s));
			if (together && keysOf(a, own).some((k) => keysOf(b, own).some((other) => clash(k, other)))) out.push([a.id, b.id]);
		}
	});
	return out;
}
