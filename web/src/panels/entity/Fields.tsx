import { useMemo, useRef, useState } from "react";
import type { Attribute, Entity } from "../../api/catalog";
import { plural } from "../../base/quantity";
import { EntityLink } from "../../catalog/EntityLink";
import { Markdown } from "../../catalog/Markdown";
import { link, type ViewState } from "../../model/address";
import { useCommand } from "../../model/commandBus";
import { go, refine } from "../../model/navigation";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Empty } from "../../widgets/states";
import { VirtualTable, type WideColumn } from "../../widgets/VirtualTable";
import { EditButton } from "./EditDialog";
import styles from "./EntityPanel.module.css";
import { type FieldRow, fieldRows, filterRows } from "./fieldTree";
import { Popup } from "./Popup";

const idOf = (r: FieldRow) => r.spelled;

function columnsOf(e: Entity): readonly WideColumn<FieldRow>[] {
	return [
		{
			id: "field",
			head: "Field",
			width: "minmax(124px, 1.6fr)",
			mono: true,
			cell: ({ field, depth, name }) => (
				<span style={{ paddingLeft: depth * 16 }} title={field.path}>
					{field.part === "key" && <span className="dim">key </span>}
					{name}
				</span>
			),
		},
		{
			id: "type",
			head: "Type",
			width: "minmax(90px, 1.25fr)",
			mono: true,
			cell: ({ field: f }) => (
				<span className="dim" title={`known from ${f.origins.join(", ")}`}>
					{f.type ?? "unknown"}
					{f.optional && "?"}
				</span>
			),
		},
		{
			id: "class",
			head: "Class",
			width: "minmax(92px, 1fr)",
			cell: ({ field: f }) =>
				f.class === undefined ? null : f.mask === undefined ? (
					<span className="mid">{f.class}</span>
				) : (
					<span className="c-mask" title={`shown masked to you: ${f.mask}`}>
						<Icon name="mask" size="s" label={`masked: ${f.mask}`} /> {f.class}
					</span>
				),
		},
		{
			id: "rule",
			head: "Contract",
			width: "minmax(96px, 1.35fr)",
			cell: ({ field: f }) => (
				<span className="mid" title={f.rule}>
					{f.rule}
				</span>
			),
		},
		{ id: "read", head: "Read by", width: "58px", align: "right", cell: (r) => <ReadBy row={r} entity={e} /> },
	];
}

/** How many systems are known to read it; nobody knows of some whether they do. */
function ReadBy({ row: { field: f, spelled }, entity }: { readonly row: FieldRow; readonly entity: Entity }) {
	if (f.class === undefined && f.read_by.length === 0) return null;
	const unknown = entity.readers.filter((r) => !r.known);
	const names = new Map([...entity.readers, ...entity.writers].map((s) => [s.id, s]));
	const list = (ids: readonly string[]) => (
		<ul>
			{ids.map((id) => (
				<li key={id}>
					<EntityLink id={id} name={names.get(id)?.name} {...kindOf(names.get(id))} />
				</li>
			))}
		</ul>
	);
	return (
		<Popup className={styles.count} label={`Who reads ${spelled}`} word={f.read_by.length}>
			<h3>Known to read {spelled}</h3>
			{f.read_by.length === 0 ? <p className="mid">Nobody, as far as is known.</p> : list(f.read_by)}
			{unknown.length > 0 && (
				<>
					<h3>May read it: their fields are unknown</h3>
					{list(unknown.map((u) => u.id))}
				</>
			)}
			{f.written_by.length > 0 && (
				<>
					<h3>Known to write it</h3>
					{list(f.written_by)}
				</>
			)}
		</Popup>
	);
}

function kindOf(s: Entity["readers"][number] | undefined) {
	return s === undefined ? {} : { kind: s.kind };
}

/** The fields of a stream: what is in them, how they are shown to the reader, what was promised, and who reads them. */
export function Fields({ entity, state }: { readonly entity: Entity; readonly state: ViewState }) {
	const input = useRef<HTMLInputElement>(null);
	const [filter, setFilter] = useState(state.filter ?? "");
	const all = useMemo(() => fieldRows(entity.field_list), [entity.field_list]);
	const rows = useMemo(() => filterRows(all, filter), [all, filter]);
	const columns = useMemo(() => columnsOf(entity), [entity]);
	const selected = all.find((r) => r.spelled === state.field);
	const step = (by: number) => {
		const at = selected === undefined ? (by > 0 ? -1 : 0) : rows.indexOf(selected);
		const next = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
		if (next !== undefined) refine({ field: next.spelled });
	};
	const search = (text: string) => {
		setFilter(text);
		refine({ filter: text === "" ? undefined : text });
	};
	const open = (r: FieldRow | undefined) =>
		r !== undefined && go(link({ screen: "entity", id: entity.id }, { tab: "lineage", field: r.spelled }));
	useCommand("row-down", () => step(1));
	useCommand("row-up", () => step(-1));
	useCommand("open", () => open(selected), selected !== undefined);
	useCommand("filter", () => input.current?.focus());
	useCommand("close", () => (filter !== "" ? search("") : refine({ field: undefined })), filter !== "" || selected !== undefined);
	if (all.length === 0) {
		return (
			<Panel title="Fields">
				<Empty title="No field is known" icon="unknown">
					<p>
						Fields come from a schema, a contract, the SQL or the types of recorded jobs, or an OpenLineage event. None of them has told of
						this stream yet.
					</p>
				</Empty>
			</Panel>
		);
	}
	return (
		<Panel
			title="Fields"
			about={String(all.length)}
			className={styles.fill ?? ""}
			end={
				<span className={styles.tools}>
					{entity.masked > 0 && (
						<span>
							<Icon name="mask" size="s" className="c-mask" /> {entity.masked} shown masked to you
						</span>
					)}
					<span className={`filter ${styles.small}`}>
						<input
							ref={input}
							aria-label="Filter fields"
							placeholder="filter"
							value={filter}
							onChange={(e) => search(e.currentTarget.value)}
						/>
						<kbd>/</kbd>
					</span>
				</span>
			}
		>
			<VirtualTable
				label="Fields"
				columns={columns}
				rows={rows}
				rowId={idOf}
				selected={selected?.spelled}
				onSelect={(r) => refine({ field: r.spelled })}
				onOpen={open}
				rowHeight={25}
				least={470}
				end={
					rows.length === 0 && (
						<Empty title="No field has that" icon="filter">
							<button type="button" className="btn" onClick={() => search("")}>
								Show all {all.length}
							</button>
						</Empty>
					)
				}
			/>
			{selected !== undefined && <Selected entity={entity} row={selected} />}
			{entity.unknown_readers > 0 && (
				<footer className={styles.foot}>
					<span>
						<Icon name="unknown" size="s" className="c-late" /> {plural(entity.unknown_readers, "reader")} may read any field: which ones is
						unknown, and none is safe to take away
					</span>
				</footer>
			)}
		</Panel>
	);
}

/** What is said of the selected field, and to say something else. */
function Selected({ entity, row: { field: f, spelled } }: { readonly entity: Entity; readonly row: FieldRow }) {
	// What is said of a field is said of its path, in keys and values alike.
	const edit = (attribute: Attribute, now: readonly string[]) => (
		<EditButton entity={entity} attribute={attribute} path={f.path} now={now} word={attribute === "doc" ? "Doc" : "Tags"} />
	);
	return (
		<div className={styles.fieldBar} role="region" aria-label={`Field ${spelled}`}>
			<div className="row wrap">
				<b className="mono">{spelled}</b>
				<span className="mid">
					{f.tags.length === 0 ? "no tags" : f.tags.join(", ")}
					{f.tag_source !== undefined && <span className="dim"> by {f.tag_source}</span>}
				</span>
				<span className="grow" />
				{edit("tags", f.tags)}
				{edit("doc", f.doc === undefined || f.doc === "" ? [] : [f.doc])}
				<a className="btn" href={link({ screen: "entity", id: entity.id }, { tab: "lineage", field: spelled })}>
					<Icon name="journey" size="s" />
					Lineage
				</a>
			</div>
			{f.doc !== undefined && f.doc !== "" && <Markdown text={f.doc} />}
		</div>
	);
}
