import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { type LineageMap, mapQuestion } from "../../api/catalog";
import { toProblem } from "../../api/problem";
import { count, plural } from "../../base/quantity";
import { EntityLink, Owners } from "../../catalog/EntityLink";
import { evidenceLooks } from "../../catalog/words";
import { link } from "../../model/address";
import { useCommand } from "../../model/commandBus";
import { go, refine } from "../../model/navigation";
import { Icon } from "../../widgets/Icon";
import { Segmented } from "../../widgets/Segmented";
import { Empty, Failed, SkeletonRows } from "../../widgets/states";
import { fieldRows } from "./fieldTree";
import styles from "./map/Map.module.css";
import { MapCanvas } from "./map/MapCanvas";
import { MapTable, tableOrder } from "./map/MapTable";
import { matching, nodeKey, reach } from "./map/view";
import type { TabProps } from "./tabs";

export const usualDepth = 2;
const depths = [1, 2, 3, 4, 5, 8, 12, 20] as const;

/** What is up- and downstream, of the whole or of one field, as a map or as a table. */
export function LineageTab({ entity, state }: TabProps) {
	const depth = state.depth ?? usualDepth;
	const query = useQuery(mapQuestion(entity.id, { field: state.field, direction: state.dir ?? "both", depth }));
	const search = state.filter ?? "";
	const input = useRef<HTMLInputElement>(null);
	const [typed, setTyped] = useState(search);
	const map = query.data;
	const selected = useMemo(() => {
		const at = map?.nodes.findIndex((n) => nodeKey(n) === state.sel) ?? -1;
		return at < 0 ? undefined : at;
	}, [map, state.sel]);
	const select = (i: number | undefined) => {
		const n = i === undefined ? undefined : map?.nodes[i];
		refine({ sel: n === undefined ? undefined : nodeKey(n) });
	};
	const found = useMemo(() => (map === undefined ? undefined : matching(map, search)), [map, search]);
	const order = useMemo(() => (map === undefined ? [] : tableOrder(map, found)), [map, found]);
	const around = useMemo(() => (map === undefined || selected === undefined ? undefined : reach(map, selected)), [map, selected]);
	const bright = useMemo(() => {
		if (selected !== undefined && around !== undefined) return new Set([selected, ...around.up, ...around.down]);
		return found === undefined ? undefined : new Set(found);
	}, [selected, around, found]);
	const foundSet = useMemo(() => (found === undefined ? undefined : new Set(found)), [found]);
	const step = (by: number) => {
		const at = selected === undefined ? (by > 0 ? -1 : order.length) : order.indexOf(selected);
		const next = order[(at + by + order.length) % Math.max(1, order.length)];
		if (next !== undefined) select(next);
	};
	const open = (i: number) => {
		const n = map?.nodes[i];
		if (n !== undefined) go(link({ screen: "entity", id: n.id }));
	};
	const find = (text: string) => {
		setTyped(text);
		refine({ filter: text === "" ? undefined : text });
	};
	useCommand("row-down", () => step(1));
	useCommand("row-up", () => step(-1));
	useCommand("open", () => selected !== undefined && open(selected), selected !== undefined);
	useCommand("filter", () => input.current?.focus());
	useCommand("tree", () => refine({ view: state.view === "table" ? undefined : "table" }));
	useCommand("close", () => (selected !== undefined ? select(undefined) : find("")), selected !== undefined || search !== "");
	const fields = useMemo(() => fieldRows(entity.field_list), [entity.field_list]);
	return (
		<div className={styles.tab}>
			<div className={styles.bar}>
				<Segmented
					label="Direction"
					value={state.dir ?? "both"}
					choices={[
						{ value: "up", label: "Upstream" },
						{ value: "both", label: "Both" },
						{ value: "down", label: "Downstream" },
					]}
					onChange={(d) => refine({ dir: d === "both" ? undefined : d })}
				/>
				<label>
					<span className="dim">Steps</span>{" "}
					<select
						value={depth}
						onChange={(e) => refine({ depth: Number(e.currentTarget.value) === usualDepth ? undefined : Number(e.currentTarget.value) })}
					>
						{[...new Set([...depths, depth])]
							.sort((a, b) => a - b)
							.map((d) => (
								<option key={d} value={d}>
									{d}
								</option>
							))}
					</select>
				</label>
				{fields.length > 0 && (
					<label>
						<span className="dim">Of</span>{" "}
						<select
							value={state.field ?? ""}
							onChange={(e) => refine({ field: e.currentTarget.value === "" ? undefined : e.currentTarget.value, sel: undefined })}
						>
							<option value="">the whole stream</option>
							{fields.map((f) => (
								<option key={f.spelled} value={f.spelled}>
									{f.spelled}
								</option>
							))}
						</select>
					</label>
				)}
				<div className="filter">
					<Icon name="search" className="dim" />
					<input
						ref={input}
						aria-label="Search within the map"
						placeholder="name, field or owner"
						value={typed}
						onChange={(e) => find(e.currentTarget.value)}
						onKeyDown={(e) => {
							if (e.key !== "Enter") return;
							e.preventDefault();
							step(e.shiftKey ? -1 : 1);
						}}
					/>
					{found !== undefined && <span className="dim nowrap">{count(found.length)} found</span>}
					<kbd>/</kbd>
				</div>
				<Segmented
					label="Form"
					value={state.view === "table" ? "table" : "map"}
					choices={[
						{ value: "map", label: "Map" },
						{ value: "table", label: "Table" },
					]}
					onChange={(v) => refine({ view: v === "table" ? "table" : undefined })}
				/>
			</div>
			{map === undefined ? (
				query.isError ? (
					<Failed what="The lineage" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />
				) : (
					<SkeletonRows rows={8} height={46} label="the lineage" />
				)
			) : map.nodes.length <= 1 && map.edges.length === 0 ? (
				<Alone field={state.field} hidden={map.hidden} />
			) : (
				<div className={styles.body}>
					{state.view === "table" ? (
						<MapTable map={map} order={order} selected={selected} onSelect={select} onOpen={open} />
					) : (
						<MapCanvas
							map={map}
							selected={selected}
							bright={bright}
							found={foundSet}
							onSelect={select}
							onOpen={open}
							stale={query.isPlaceholderData || query.isError}
						/>
					)}
					{selected !== undefined && around !== undefined && <Chosen map={map} at={selected} up={around.up.size} down={around.down.size} />}
					<Legend map={map} table={state.view === "table"} />
				</div>
			)}
		</div>
	);
}

function Chosen({ map, at, up, down }: { readonly map: LineageMap; readonly at: number; readonly up: number; readonly down: number }) {
	const n = map.nodes[at];
	if (n === undefined) return null;
	const flows = map.edges.filter((e) => (e.from === at || e.to === at) && e.how !== undefined && e.how !== "");
	return (
		<div className={styles.chosen} role="status" aria-label="Selected">
			<EntityLink id={n.id} kind={n.kind} name={n.name} className="strong" />
			{n.path !== undefined && n.path !== "" && <code>{n.path}</code>}
			{n.cluster !== undefined && <span className="dim">{n.cluster}</span>}
			<Owners ids={n.owners} />
			<span className="mid">
				{count(up)} upstream, {count(down)} downstream in this map
			</span>
			{flows.slice(0, 3).map((e) => (
				<span key={`${e.from}-${e.to}`} className="mid">
					{e.to === at ? `from ${map.nodes[e.from]?.path ?? ""}: ` : `to ${map.nodes[e.to]?.path ?? ""}: `}
					<code>{e.how}</code>
					{e.via !== undefined && (
						<>
							{" "}
							by <EntityLink id={e.via} className="link" />
						</>
					)}
					<span className="dim"> ({evidenceLooks[e.evidence].words})</span>
				</span>
			))}
			<span className="grow" />
			<a
				className="btn"
				href={link({ screen: "entity", id: n.id }, { tab: "lineage", ...(n.path === undefined || n.path === "" ? {} : { field: n.path }) })}
			>
				Map from here
			</a>
			<a className="btn" href={link({ screen: "entity", id: n.id })}>
				Open
			</a>
		</div>
	);
}

function Legend({ map, table }: { readonly map: LineageMap; readonly table: boolean }) {
	return (
		<div className={styles.legend}>
			<span>
				{plural(map.nodes.length, "node")}, {plural(map.edges.length, "edge")}
			</span>
			{!table && (
				<>
					<span>
						<i className={styles.line} /> fields known
					</span>
					<span>
						<i className={`${styles.line} ${styles.dotted}`} /> fields unknown
					</span>
					<span>
						<i className={`${styles.line} ${styles.dashed}`} /> nothing seen for 30 days
					</span>
				</>
			)}
			{map.hidden > 0 && (
				<span>
					<Icon name="mask" size="s" className="c-mask" /> {plural(map.hidden, "node")} that you may not see; nothing behind them was
					followed
				</span>
			)}
			{map.cut && (
				<span className="c-late">
					<Icon name="warning" size="s" /> there is more than fits: take fewer steps, or one direction
				</span>
			)}
		</div>
	);
}

function Alone({ field, hidden }: { readonly field: string | undefined; readonly hidden: number }) {
	return (
		<Empty
			title={field === undefined ? "Nothing is known before or behind it" : `Where ${field} comes from and goes is unknown`}
			icon="unknown"
		>
			<p>
				{field === undefined
					? "Recorded jobs, consumer groups, contracts and OpenLineage events show what records go to and come from; that none did is no proof that nothing does."
					: "Flows of fields come from the SQL of recorded jobs and from OpenLineage events. A job of another kind may use the field without that being seen."}
			</p>
			{hidden > 0 && <p>{plural(hidden, "node")} at it you may not see.</p>}
			{field !== undefined && (
				<button type="button" className="btn" onClick={() => refine({ field: undefined })}>
					Of the whole stream
				</button>
			)}
		</Empty>
	);
}
