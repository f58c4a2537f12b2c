import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { catalogQuestion, type Hit, type Kind } from "../../api/catalog";
import { toProblem } from "../../api/problem";
import { count, plural } from "../../base/quantity";
import { useSettled } from "../../catalog/useSettled";
import { link, type ViewState } from "../../model/address";
import { places } from "../../model/catalogTerms";
import { useCommand } from "../../model/commandBus";
import { go, refine } from "../../model/navigation";
import { Icon } from "../../widgets/Icon";
import { Failed, SkeletonRows, StaleBanner } from "../../widgets/states";
import { VirtualTable } from "../../widgets/VirtualTable";
import styles from "./CatalogPanel.module.css";
import { columnsOf } from "./columns";
import { Facets, readKinds, writeKinds } from "./Facets";
import { Nothing } from "./Nothing";
import { Waiting } from "./Waiting";

const idOf = (h: Hit) => h.id;

/** Streams, jobs, schemas, contracts, people: searched by words, the best first. */
export default function CatalogPanel({ state }: { readonly state: ViewState }) {
	const q = state.filter ?? "";
	const chosen = useMemo(() => readKinds(state.kinds), [state.kinds]);
	const asked = useSettled(q.trim());
	const query = useInfiniteQuery(catalogQuestion(asked, chosen));
	const field = useRef<HTMLInputElement>(null);
	const [typed, setTyped] = useState(q);
	useEffect(() => setTyped(q), [q]);
	const hits = useMemo(() => query.data?.pages.flatMap((p) => p.items) ?? [], [query.data]);
	const columns = useMemo(() => columnsOf(asked), [asked]);
	const selected = hits.find((h) => h.id === state.sel) ?? hits[0];
	const step = (by: number) => {
		const next = hits[Math.max(0, Math.min(hits.length - 1, (selected === undefined ? -1 : hits.indexOf(selected)) + by))];
		if (next !== undefined) refine({ sel: next.id });
	};
	const open = (h: Hit | undefined) => h !== undefined && go(link({ screen: "entity", id: h.id }));
	const search = (text: string) => {
		setTyped(text);
		refine({ filter: text === "" ? undefined : text, sel: undefined });
	};
	const choose = (next: readonly Kind[]) => refine({ kinds: writeKinds(next), sel: undefined });
	useCommand("row-down", () => step(1));
	useCommand("row-up", () => step(-1));
	useCommand("open", () => open(selected));
	useCommand("filter", () => field.current?.focus());
	useCommand("close", () => search(""), q !== "");
	const failed = query.isError ? toProblem(query.error) : undefined;
	const retry = () => void query.refetch();
	const old = query.isPlaceholderData || asked !== q.trim();
	return (
		<div className={styles.page}>
			{failed !== undefined && query.data !== undefined && (
				<StaleBanner since={query.dataUpdatedAt} reason={failed.title} onRetry={retry} />
			)}
			<div className={styles.headline}>
				<h1>Catalog</h1>
				<span className="mid">who writes and reads what, whose it is, and how that is known</span>
				<Waiting />
			</div>
			<div className="filter">
				<Icon name="search" className="dim" />
				<input
					ref={field}
					aria-label="Search the catalog"
					placeholder={`words, all of which have to be found; ${places.map((p) => `${p}:`).join(" ")} say where`}
					autoComplete="off"
					spellCheck={false}
					value={typed}
					onChange={(e) => search(e.currentTarget.value)}
					onKeyDown={(e) => {
						if (e.key === "Enter" && !old) open(selected);
						if (e.key !== "ArrowDown" && e.key !== "ArrowUp") return;
						e.preventDefault();
						step(e.key === "ArrowDown" ? 1 : -1);
					}}
				/>
				<kbd>/</kbd>
			</div>
			<Facets chosen={chosen} hits={old ? [] : hits} more={query.hasNextPage} onChange={choose} />
			<span className="hide" role="status">
				{query.data !== undefined && !old && `${plural(hits.length, "entity", "entities")}${query.hasNextPage ? ", and more" : ""}`}
			</span>
			<section className={query.isError || old ? `panel ${styles.table} stale` : `panel ${styles.table}`} aria-label="Found">
				{query.data === undefined ? (
					failed !== undefined ? (
						<Failed what="The catalog" trouble={failed} onRetry={retry} />
					) : (
						<SkeletonRows rows={14} height={31} label="the catalog" />
					)
				) : hits.length === 0 ? (
					<Nothing q={q} chosen={chosen} onSearch={search} onKinds={choose} />
				) : (
					<>
						<VirtualTable
							label="Found in the catalog"
							columns={columns}
							rows={hits}
							rowId={idOf}
							selected={selected?.id}
							onSelect={(h) => refine({ sel: h.id })}
							onOpen={open}
							rowHeight={31}
							least={980}
						/>
						<footer className={styles.foot}>
							<span>
								{query.hasNextPage ? `${count(hits.length)} of more than that, the best first` : `all ${count(hits.length)} shown`}
							</span>
							{query.hasNextPage && (
								<>
									<button type="button" className="btn quiet" disabled={query.isFetching} onClick={() => void query.fetchNextPage()}>
										Show more
									</button>
									<span>
										fewer: choose a kind, or say where a word is, as in <code>owner:checkout</code> or <code>field:email</code>
									</span>
								</>
							)}
						</footer>
					</>
				)}
			</section>
		</div>
	);
}
