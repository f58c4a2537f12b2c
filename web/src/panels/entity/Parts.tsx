import { type Brief, type Entity, type Kind, kinds } from "../../api/catalog";
import { count } from "../../base/quantity";
import { EntityLink } from "../../catalog/EntityLink";
import { kindLooks } from "../../catalog/words";
import { type Column, DataTable } from "../../widgets/DataTable";
import { Panel } from "../../widgets/Panel";
import { Age } from "../../widgets/TimeText";
import styles from "./EntityPanel.module.css";

/** What is worth a word of each kind, beside the name. */
const facts: Partial<Record<Kind, readonly string[]>> = {
	schema: ["language", "part", "schema_id"],
	contract: ["version", "status"],
	program: ["version", "commit"],
	operator: ["kind", "class"],
	stream: ["partitions"],
	job: ["state"],
};

const columns: readonly Column<Brief>[] = [
	{ id: "name", head: "Name", cell: (p) => <EntityLink id={p.id} kind={p.kind} name={p.name} /> },
	{ id: "kind", head: "Kind", cell: (p) => <span className="mid">{kindLooks[p.kind].one}</span> },
	{
		id: "about",
		head: "",
		cell: (p) => (
			<span className="dim">
				{(facts[p.kind] ?? [])
					.map((f) => (f === "partitions" && p.facts[f] !== undefined ? `${p.facts[f]} partitions` : p.facts[f]))
					.filter((f) => f !== undefined)
					.join(", ")}
			</span>
		),
	},
	{ id: "last", head: "Last seen", align: "right", cell: (p) => (p.last === undefined ? "never" : <Age t={p.last} className="mid" />) },
];

/** What belongs to it, or is owned by it. */
export function Parts({ entity: e }: { readonly entity: Entity }) {
	if (e.parts.length === 0) return null;
	const owner = e.kind === "team" || e.kind === "person";
	const words = kinds.flatMap((k) => {
		const n = e.parts.filter((p) => p.kind === k).length;
		return n === 0 ? [] : [`${count(n)} ${n === 1 ? kindLooks[k].one : kindLooks[k].many}`];
	});
	return (
		<Panel title={owner ? "Owns" : "Belongs to it"} about={words.join(", ")}>
			<div className={`${styles.scroll} ${styles.parts}`}>
				<DataTable label={owner ? "Owns" : "Belongs to it"} columns={columns} rows={e.parts} rowId={(p) => p.id} />
			</div>
		</Panel>
	);
}
