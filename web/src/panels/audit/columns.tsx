import type { AuditEntry, AuditOutcome } from "../../api/audit";
import { count } from "../../base/quantity";
import { shortId } from "../../base/reference";
import { Chip, type Tone } from "../../widgets/Chip";
import type { Column } from "../../widgets/DataTable";
import type { IconName } from "../../widgets/Icon";
import { TimeText } from "../../widgets/TimeText";

const outcomes: Readonly<Record<AuditOutcome, readonly [Tone, IconName, string]>> = {
	ok: ["plain", "ok", "ok"],
	denied: ["drop", "mask", "denied"],
	failed: ["drop", "failed", "failed"],
	open: ["late", "wait", "open"],
};

export function OutcomeChip({ of }: { readonly of: AuditOutcome }) {
	const [tone, icon, word] = outcomes[of];
	return (
		<Chip tone={tone} icon={icon} {...(of === "open" ? { title: "without a result: it goes on, or was cut short" } : {})}>
			{word}
		</Chip>
	);
}

/** Classes of data whose mask the reader's roles lift. */
export function Classes({ of }: { readonly of: readonly string[] }) {
	if (of.length === 0) return <span className="dim">none</span>;
	return (
		<span className="row">
			{of.map((c) => (
				<Chip key={c} tone="wm" icon="mask">
					{c === "*" ? "all" : c}
				</Chip>
			))}
		</span>
	);
}

export const columns: readonly Column<AuditEntry>[] = [
	{ id: "time", head: "Time", cell: (e) => <TimeText t={e.time} /> },
	{ id: "who", head: "Who", cell: (e) => <b className="strong">{e.principal}</b> },
	{ id: "action", head: "Action", mono: true, cell: (e) => e.action },
	{ id: "outcome", head: "Outcome", cell: (e) => <OutcomeChip of={e.outcome} /> },
	{ id: "records", head: "Records", align: "right", cell: (e) => (e.records === 0n ? "" : count(e.records)) },
	{
		id: "resource",
		head: "On",
		mono: true,
		cell: (e) => (
			<span className="cut" title={e.resource}>
				{e.resource.replace(/[0-9a-f]{32}/, shortId)}
			</span>
		),
	},
	{
		id: "what",
		head: "What",
		cell: (e) => (
			<span className="cut mid" title={e.ranges.join(", ")}>
				{e.ranges.join(", ")}
			</span>
		),
	},
];
