import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import { type Contract, contractsQuestion, contractWriteAction } from "../../api/contract";
import { toProblem } from "../../api/problem";
import { plural } from "../../base/quantity";
import { link, type ViewState } from "../../model/address";
import { useCommand } from "../../model/commandBus";
import { go, refine } from "../../model/navigation";
import { BeginContract } from "../../promises/contracts/BeginContract";
import styles from "../../promises/contracts/Contracts.module.css";
import { useMay } from "../../promises/contracts/useMay";
import { standing } from "../../promises/contracts/words";
import { Chip } from "../../widgets/Chip";
import { type Column, DataTable, readSort, sortRows, writeSort } from "../../widgets/DataTable";
import { Icon } from "../../widgets/Icon";
import { Scroll } from "../../widgets/Scroll";
import { Empty, Failed, SkeletonRows, StaleBanner } from "../../widgets/states";

const ownerOf = (c: Contract) => c.team ?? c.owners[0]?.name ?? c.owners[0]?.username;

const columns: readonly Column<Contract>[] = [
	{
		id: "id",
		head: "Contract",
		cell: (c) => (
			<>
				<a className="strong" href={link({ screen: "contract", contract: c.id })}>
					{c.name ?? c.id}
				</a>
				{c.name !== undefined && <span className="dim"> {c.id}</span>}
			</>
		),
		sortBy: (c) => c.name ?? c.id,
	},
	{
		id: "streams",
		head: "Streams",
		cell: (c) =>
			c.topics.length === 0 ? (
				<span className="dim">none</span>
			) : (
				c.topics.map((t) => (
					<a key={`${t.cluster}/${t.topic}`} className="link mono" href={link({ screen: "topic", cluster: t.cluster, topic: t.topic })}>
						{t.cluster}/{t.topic}{" "}
					</a>
				))
			),
	},
	{ id: "version", head: "Version", mono: true, cell: (c) => c.version, sortBy: (c) => c.number },
	{ id: "status", head: "Status", cell: (c) => c.status, sortBy: (c) => c.status },
	{
		id: "state",
		head: "State now",
		cell: (c) => {
			const [tone, icon, word] = standing(c);
			return (
				<Chip tone={tone} icon={icon}>
					{word}
				</Chip>
			);
		},
		sortBy: (c) => -c.open,
	},
	{
		id: "open",
		head: "Open violations",
		align: "right",
		cell: (c) => <span className={c.open > 0 ? "c-drop" : ""}>{c.open}</span>,
		sortBy: (c) => c.open,
	},
	{ id: "owner", head: "Owner", cell: (c) => ownerOf(c) ?? <span className="c-late">no owner</span>, sortBy: ownerOf },
];

function fits(c: Contract, query: string): boolean {
	const text = [c.id, c.name, c.team, ...c.topics.map((t) => `${t.cluster}/${t.topic}`), ...c.owners.map((o) => o.username)]
		.join(" ")
		.toLowerCase();
	return query
		.toLowerCase()
		.split(/\s+/)
		.every((word) => text.includes(word));
}

/** The contracts that are in force. */
export default function ContractsPanel({ state }: { readonly state: ViewState }) {
	const query = useQuery(contractsQuestion);
	const mayWrite = useMay(contractWriteAction);
	const search = useRef<HTMLInputElement>(null);
	const sort = readSort(state.sort);
	const rows = useMemo(
		() =>
			sortRows(
				(query.data ?? []).filter((c) => fits(c, state.filter ?? "")),
				columns,
				readSort(state.sort),
			),
		[query.data, state.filter, state.sort],
	);
	const selected = rows.find((c) => c.id === state.sel) ?? rows[0];
	const step = (by: number) => {
		const next = rows[Math.max(0, Math.min(rows.length - 1, (selected === undefined ? -1 : rows.indexOf(selected)) + by))];
		if (next !== undefined) refine({ sel: next.id });
	};
	const open = (c: Contract | undefined) => c !== undefined && go(link({ screen: "contract", contract: c.id }));
	useCommand("filter", () => search.current?.focus());
	useCommand("row-down", () => step(1));
	useCommand("row-up", () => step(-1));
	useCommand("open", () => open(selected));
	if (query.data === undefined) {
		if (query.isError) return <Failed what="The contracts" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />;
		return <SkeletonRows rows={8} label="the contracts" />;
	}
	const broken = query.data.filter((c) => c.open > 0).length;
	const making = state.tab === "new";
	const begin = (
		<button
			type="button"
			className={making ? "btn quiet" : "btn main"}
			onClick={() => refine({ tab: making ? undefined : "new", of: undefined }, "push")}
		>
			<Icon name={making ? "close" : "plus"} size="s" />
			{making ? "Back to the list" : "New contract"}
		</button>
	);
	return (
		<div className={styles.page}>
			{query.isError && (
				<StaleBanner since={query.dataUpdatedAt} reason={toProblem(query.error).title} onRetry={() => void query.refetch()} />
			)}
			<div className={styles.headline}>
				<h1>
					{broken === 0
						? plural(query.data.length, "contract")
						: `${broken} of ${plural(query.data.length, "contract")} ${broken === 1 ? "is" : "are"} broken`}
				</h1>
				{!making && (
					<span className="filter">
						<Icon name="search" className="dim" />
						<input
							ref={search}
							aria-label="Search contracts"
							placeholder="name, stream, owner"
							value={state.filter ?? ""}
							onChange={(e) => refine({ filter: e.currentTarget.value === "" ? undefined : e.currentTarget.value })}
						/>
					</span>
				)}
				<span className="end">{begin}</span>
			</div>
			{making ? (
				<div className={styles.body}>
					<BeginContract of={state.of} mayWrite={mayWrite} />
				</div>
			) : rows.length === 0 ? (
				query.data.length === 0 ? (
					<Empty title="Nobody promises anything yet" icon="mark">
						<p>A contract says what a stream holds and how soon. Sightglass checks it on every record that arrives.</p>
						<p className="mid">Begin with a proposal from a stream, or put files into the folder of the setting contracts-folder.</p>
					</Empty>
				) : (
					<Empty title={`No contract has "${state.filter ?? ""}"`} icon="search" />
				)
			) : (
				<Scroll label="Contracts">
					<DataTable
						label="Contracts"
						columns={columns}
						rows={rows}
						rowId={(c) => c.id}
						{...(sort === undefined ? {} : { sort })}
						onSort={(next) => refine({ sort: writeSort(next) })}
						{...(selected === undefined ? {} : { selected: selected.id })}
						onSelect={(id) => refine({ sel: id })}
						onOpen={open}
					/>
				</Scroll>
			)}
		</div>
	);
}
