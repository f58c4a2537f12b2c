import type { Hook, Process } from "../../api/process";
import { count, size } from "../../base/quantity";
import { Amount } from "../../widgets/Amount";
import type { Column } from "../../widgets/DataTable";
import { Icon } from "../../widgets/Icon";
import { Age } from "../../widgets/TimeText";
import styles from "./AgentsPanel.module.css";
import { hookLook, hookRank, missingHooks, processLook, roleName } from "./looks";

const none = <span className="dim">-</span>;
const zero = <span className="dim">0</span>;

export const processColumns: readonly Column<Process>[] = [
	{
		id: "process",
		head: "Process",
		sortBy: (p) => `${p.role} ${p.host}`,
		cell: (p) => (
			<span className={styles.process}>
				<Icon name={processLook(p).icon} className={processLook(p).tone} />
				<span className="strong">{p.host}</span>
				<span className="dim">{roleName(p.role)}</span>
			</span>
		),
	},
	{
		id: "state",
		head: "State",
		sortBy: (p) => processLook(p).word,
		cell: (p) => {
			const look = processLook(p);
			return (
				<span className={look.tone === "c-ok" ? "mid" : look.tone} title={look.about}>
					{look.word}
				</span>
			);
		},
	},
	{ id: "pid", head: "Pid", align: "right", sortBy: (p) => p.pid, cell: (p) => p.pid },
	{ id: "flink", head: "Flink", mono: true, sortBy: (p) => p.flink, cell: (p) => <span className="mid">{p.flink || "-"}</span> },
	{ id: "java", head: "Java", mono: true, sortBy: (p) => p.java, cell: (p) => <span className="mid">{p.java || "-"}</span> },
	{ id: "agent", head: "Agent", mono: true, sortBy: (p) => p.agent, cell: (p) => <span className="mid">{p.agent || "-"}</span> },
	{
		id: "hooks",
		head: "Hooks",
		align: "right",
		sortBy: missingHooks,
		title: "hooks that have fired or are installed, of all",
		cell: (p) => {
			const missing = missingHooks(p);
			return missing === 0 ? (
				`${p.hooks.filter((h) => h.state !== "waiting").length} of ${p.hooks.length}`
			) : (
				<span className="c-drop">
					<Icon name="warning" size="s" /> {missing} missing
				</span>
			);
		},
	},
	{ id: "events", head: "Events", align: "right", sortBy: (p) => p.counters.events, cell: (p) => count(p.counters.events) },
	{ id: "sent", head: "Sent", align: "right", sortBy: (p) => p.counters.bytes, cell: (p) => <Amount q={size(p.counters.bytes)} /> },
	{
		id: "lost",
		head: "Lost",
		align: "right",
		sortBy: (p) => p.counters.lost_events,
		title: "events that were not recorded",
		cell: (p) => (p.counters.lost_events === 0n ? zero : <span className="c-late">{count(p.counters.lost_events)}</span>),
	},
	{
		id: "seen",
		head: "Last seen",
		align: "right",
		sortBy: (p) => p.last_seen,
		cell: (p) => (p.last_seen === undefined ? none : <Age t={p.last_seen} />),
	},
];

export const hookColumns: readonly Column<Hook>[] = [
	{ id: "hook", head: "Hook", mono: true, sortBy: (h) => h.id, cell: (h) => h.id },
	{
		id: "hook_state",
		head: "State",
		sortBy: hookRank,
		cell: (h) => {
			const look = hookLook(h.state);
			return (
				<span className={`${styles.state} ${look.tone}`} title={look.about}>
					<Icon name={look.icon} size="s" />
					{look.word}
				</span>
			);
		},
	},
	{ id: "fired", head: "Fired", align: "right", sortBy: (h) => h.fired, cell: (h) => (h.fired === 0n ? zero : count(h.fired)) },
	{
		id: "class",
		head: "Class",
		mono: true,
		sortBy: (h) => h.class,
		cell: (h) => (
			<span className={`${styles.class} cut mid`} title={h.class}>
				{h.class}
			</span>
		),
	},
	{
		id: "detail",
		head: "Detail",
		cell: (h) => <span className={`${styles.detail} ${h.state === "missing" ? "" : "dim"}`}>{h.detail === "" ? "" : h.detail}</span>,
	},
];
