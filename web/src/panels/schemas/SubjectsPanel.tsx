import { useInfiniteQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { toProblem } from "../../api/problem";
import { type SchemaSubject, subjectsQuestion } from "../../api/schemaRegistry";
import { link, type ViewState } from "../../model/address";
import { useCommand } from "../../model/commandBus";
import { go, refine } from "../../model/navigation";
import { useSettled } from "../../promises/contracts/useSettled";
import styles from "../../promises/schemas/Schemas.module.css";
import { type Column, DataTable } from "../../widgets/DataTable";
import { Icon } from "../../widgets/Icon";
import { Scroll } from "../../widgets/Scroll";
import { Empty, Failed, SkeletonRows } from "../../widgets/states";
import { TimeText } from "../../widgets/TimeText";

const hrefOf = (s: SchemaSubject) => link({ screen: "subject", subject: s.subject });

const columns: readonly Column<SchemaSubject>[] = [
	{
		id: "subject",
		head: "Subject",
		cell: (s) => (
			<a className="strong" href={hrefOf(s)}>
				{s.subject}
			</a>
		),
	},
	{ id: "type", head: "Language", cell: (s) => s.type },
	{ id: "version", head: "Latest version", align: "right", cell: (s) => s.version },
	{ id: "id", head: "Schema id", align: "right", cell: (s) => s.id },
	{ id: "at", head: "Since", cell: (s) => (s.at === undefined ? <span className="dim">-</span> : <TimeText t={s.at} digits={0} />) },
];

/** The subjects of this server's registry. */
export default function SubjectsPanel({ state }: { readonly state: ViewState }) {
	const words = useSettled((state.filter ?? "").trim(), 150);
	const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery(subjectsQuestion(words));
	const search = useRef<HTMLInputElement>(null);
	const rows = data?.pages.flatMap((p) => p.items) ?? [];
	const selected = rows.find((s) => s.subject === state.sel) ?? rows[0];
	const step = (by: number) => {
		const next = rows[Math.max(0, Math.min(rows.length - 1, (selected === undefined ? -1 : rows.indexOf(selected)) + by))];
		if (next !== undefined) refine({ sel: next.subject });
	};
	useCommand("filter", () => search.current?.focus());
	useCommand("row-down", () => step(1));
	useCommand("row-up", () => step(-1));
	useCommand("open", () => selected !== undefined && go(hrefOf(selected)));
	return (
		<div className={styles.page}>
			<div className={styles.headline}>
				<h1>Schemas</h1>
				<span className="filter">
					<Icon name="search" className="dim" />
					<input
						ref={search}
						aria-label="Search subjects"
						placeholder="part of the subject"
						value={state.filter ?? ""}
						onChange={(e) => refine({ filter: e.currentTarget.value === "" ? undefined : e.currentTarget.value })}
					/>
				</span>
			</div>
			{data === undefined ? (
				error !== null ? (
					<Failed what="The subjects" trouble={toProblem(error)} onRetry={() => void refetch()} />
				) : (
					<SkeletonRows rows={8} label="the subjects" />
				)
			) : rows.length === 0 ? (
				words !== "" ? (
					<Empty title={`No subject has "${words}"`} icon="search" />
				) : (
					<Empty title="No schema is registered here" icon="file">
						<p>Clients of Kafka register schemas at this server's registry once their schema.registry.url is its address.</p>
						<p className="mid">A registry that this server stands before as a proxy keeps its schemas itself.</p>
					</Empty>
				)
			) : (
				<Scroll label="Subjects">
					<DataTable
						label="Subjects"
						columns={columns}
						rows={rows}
						rowId={(s) => s.subject}
						{...(selected === undefined ? {} : { selected: selected.subject })}
						onSelect={(sel) => refine({ sel })}
						onOpen={(s) => go(hrefOf(s))}
					/>
					{hasNextPage && (
						<p className={styles.text}>
							<button type="button" className="btn" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
								More
							</button>
						</p>
					)}
				</Scroll>
			)}
		</div>
	);
}
