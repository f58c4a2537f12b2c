import type { Address, Screen } from "../model/address";
import { commandLine } from "../model/commandLine";
import { type CommandId, commands, keysOf } from "../model/keyboard";
import { usePreferences } from "../model/preferences";
import { CopyButton } from "../widgets/CopyButton";
import { Keys } from "../widgets/Keys";
import styles from "./CommandBar.module.css";

type Hint = { readonly ids: readonly CommandId[]; readonly word: string };

/** The few keys that matter most on a screen. */
const hints: Readonly<Record<Screen, readonly Hint[]>> = {
	fleet: [
		{ ids: ["filter"], word: "filter" },
		{ ids: ["row-down", "row-up"], word: "rows" },
		{ ids: ["open"], word: "open" },
	],
	graph: [
		{ ids: ["row-down", "row-up"], word: "operators" },
		{ ids: ["open"], word: "events" },
		{ ids: ["fit"], word: "fit" },
	],
	recordings: [
		{ ids: ["row-down", "row-up"], word: "rows" },
		{ ids: ["open"], word: "open" },
	],
	events: [
		{ ids: ["row-down", "row-up"], word: "rows" },
		{ ids: ["event-next", "event-back"], word: "event" },
		{ ids: ["filter"], word: "filter" },
		{ ids: ["follow"], word: "follow" },
	],
	timeline: [
		{ ids: ["zoom-in", "zoom-out"], word: "zoom" },
		{ ids: ["pan-left", "pan-right"], word: "move" },
		{ ids: ["fit"], word: "fit selection" },
	],
	journey: [
		{ ids: ["row-down", "row-up"], word: "steps" },
		{ ids: ["open"], word: "open" },
		{ ids: ["fit"], word: "fit" },
	],
	gaps: [{ ids: ["row-down", "row-up"], word: "rows" }],
	sql: [{ ids: ["row-down", "row-up"], word: "operators" }],
	key: [
		{ ids: ["row-down", "row-up"], word: "events" },
		{ ids: ["open"], word: "open" },
	],
	watermarks: [],
	inflight: [],
	step: [
		{ ids: ["step-over-back", "step-over"], word: "line" },
		{ ids: ["record-back", "record-next"], word: "invocation" },
		{ ids: ["step-in", "step-out"], word: "in, out" },
		{ ids: ["breakpoint"], word: "breakpoint" },
	],
	agents: [{ ids: ["row-down", "row-up"], word: "rows" }],
	policy: [],
	catalog: [
		{ ids: ["filter"], word: "search" },
		{ ids: ["row-down", "row-up"], word: "rows" },
		{ ids: ["open"], word: "open" },
	],
	entity: [
		{ ids: ["row-down", "row-up"], word: "rows" },
		{ ids: ["open"], word: "open" },
		{ ids: ["filter"], word: "filter" },
	],
	tokens: [],
	grants: [],
	notifications: [],
	contracts: [
		{ ids: ["filter"], word: "search" },
		{ ids: ["row-down", "row-up"], word: "rows" },
		{ ids: ["open"], word: "open" },
	],
	contract: [],
	violation: [],
	subjects: [
		{ ids: ["filter"], word: "search" },
		{ ids: ["row-down", "row-up"], word: "rows" },
		{ ids: ["open"], word: "open" },
	],
	subject: [],
	impacts: [
		{ ids: ["row-down", "row-up"], word: "rows" },
		{ ids: ["open"], word: "open" },
	],
	impact: [],
	replays: [
		{ ids: ["row-down", "row-up"], word: "rows" },
		{ ids: ["open"], word: "open" },
	],
	replay: [],
	audit: [
		{ ids: ["row-down", "row-up"], word: "rows" },
		{ ids: ["filter"], word: "filter" },
	],
	clusters: [
		{ ids: ["row-down", "row-up"], word: "rows" },
		{ ids: ["open"], word: "open" },
	],
	topics: [
		{ ids: ["filter"], word: "search" },
		{ ids: ["row-down", "row-up"], word: "rows" },
		{ ids: ["open"], word: "open" },
	],
	topic: [
		{ ids: ["row-down", "row-up"], word: "rows" },
		{ ids: ["open"], word: "journey" },
		{ ids: ["filter"], word: "filter" },
		{ ids: ["follow"], word: "tail" },
	],
	groups: [
		{ ids: ["filter"], word: "search" },
		{ ids: ["row-down", "row-up"], word: "rows" },
		{ ids: ["open"], word: "open" },
	],
	group: [{ ids: ["row-down", "row-up"], word: "rows" }],
	brokers: [],
	lost: [],
};

/** The view on the screen as a command, and the keys that help here. */
export function CommandBar({ address, onHelp }: { readonly address: Address; readonly onHelp: () => void }) {
	const { keys, keysOn } = usePreferences();
	const line = commandLine(address);
	const keyOf = (id: CommandId) => {
		const command = commands.find((c) => c.id === id);
		return command === undefined ? undefined : keysOf(command, keys)[0];
	};
	return (
		<footer className={styles.cmd}>
			<span>as command</span>
			<code title={line}>$ {line}</code>
			<CopyButton text={() => line} label="Copy the command" />
			<span className={styles.keys}>
				{keysOn &&
					hints[address.page.screen].map((h) => (
						<span key={h.word} className={styles.hint}>
							{h.ids.map((id) => {
								const key = keyOf(id);
								return key === undefined ? null : <Keys key={id} keys={key} />;
							})}
							{h.word}
						</span>
					))}
				<button type="button" className={styles.all} onClick={onHelp}>
					<kbd>?</kbd>all keys
				</button>
			</span>
		</footer>
	);
}
