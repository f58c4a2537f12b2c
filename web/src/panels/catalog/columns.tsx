import type { Hit, Match } from "../../api/catalog";
import { EntityLink, Owners } from "../../catalog/EntityLink";
import { Found } from "../../catalog/Found";
import { kindLooks } from "../../catalog/words";
import { Icon } from "../../widgets/Icon";
import { Age } from "../../widgets/TimeText";
import type { WideColumn } from "../../widgets/VirtualTable";
import styles from "./CatalogPanel.module.css";

/** Where a search found an entity; its name is marked in the name itself. */
function Where({ matched, q }: { readonly matched: readonly Match[]; readonly q: string }) {
	const shown = matched.filter((m) => m.what !== "name");
	if (shown.length === 0) return null;
	const [first, ...more] = shown;
	if (first === undefined) return null;
	return (
		<span className={styles.where}>
			<span className="dim">{first.what === "other" ? "facts" : first.what}</span>{" "}
			{first.text !== "" && (
				<span className="mono">
					<Found text={first.text} q={q} />
				</span>
			)}
			{more.length > 0 && <span className="dim"> +{more.length}</span>}
		</span>
	);
}

/** The columns of what a search found. */
export function columnsOf(q: string): readonly WideColumn<Hit>[] {
	return [
		{
			id: "name",
			head: "Name",
			width: "minmax(220px, 2.4fr)",
			cell: (h) => (
				<>
					<Icon name={kindLooks[h.kind].icon} className="mid" />{" "}
					<EntityLink id={h.id} className={`strong ${styles.name}`} name={<Found text={h.name} q={q} />} />
					{h.doc !== undefined && h.doc !== "" && <span className="dim"> {h.doc}</span>}
				</>
			),
		},
		{ id: "kind", head: "Kind", width: "112px", cell: (h) => <span className="mid">{kindLooks[h.kind].one}</span> },
		{ id: "cluster", head: "Cluster", width: "minmax(80px, 0.6fr)", cell: (h) => <span className="mid">{h.cluster ?? "-"}</span> },
		{
			id: "owners",
			head: "Owner",
			width: "minmax(120px, 1fr)",
			cell: (h) => (h.kind === "team" || h.kind === "person" ? <span className="dim">-</span> : <Owners ids={h.owners} />),
		},
		{
			id: "tags",
			head: "Tags",
			width: "minmax(90px, 0.8fr)",
			cell: (h) => h.tags.length > 0 && <span className="mid">{h.tags.join(", ")}</span>,
		},
		{ id: "where", head: "Found in", width: "minmax(150px, 1.2fr)", cell: (h) => <Where matched={h.matched} q={q} /> },
		{
			id: "fields",
			head: "Fields",
			width: "56px",
			align: "right",
			cell: (h) => (h.fields === 0 ? <span className="dim">-</span> : h.fields),
		},
		{
			id: "last",
			head: "Last seen",
			width: "88px",
			align: "right",
			title: "when something last showed that it lives",
			cell: (h) => (h.last === undefined ? <span className="dim">never</span> : <Age t={h.last} className="mid" />),
		},
	];
}
