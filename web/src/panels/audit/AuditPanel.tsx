import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { type AuditEntry, type AuditFilter, auditOutcomes, auditQuestion } from "../../api/audit";
import { toProblem } from "../../api/problem";
import { principalQuestion } from "../../api/questions";
import { plural } from "../../base/quantity";
import type { ViewState } from "../../model/address";
import { type AuditTerms, readAuditTerms, writeAuditTerms } from "../../model/auditTerms";
import { useCommand } from "../../model/commandBus";
import { refine } from "../../model/navigation";
import { DataTable } from "../../widgets/DataTable";
import { Icon } from "../../widgets/Icon";
import { Scroll } from "../../widgets/Scroll";
import { Segmented } from "../../widgets/Segmented";
import { Empty, Failed, SkeletonRows, StaleBanner } from "../../widgets/states";
import styles from "./AuditPanel.module.css";
import { Chain } from "./Chain";
import { columns } from "./columns";
import { Detail } from "./Detail";

/** Who read and changed what. A look at this page is an entry as well, so nothing here is asked again by itself. */
export default function AuditPanel({ state }: { readonly state: ViewState }) {
	const terms = readAuditTerms(state.filter ?? "");
	return (
		<div className={styles.page}>
			<div className={styles.body}>
				<div className={styles.headline}>
					<h1>Who read and changed what</h1>
					<Chain />
				</div>
				<Filter text={state.filter ?? ""} terms={terms} />
				<Entries filter={filterOf(terms, state)} state={state} filtered={(state.filter ?? "") !== "" || state.win !== undefined} />
			</div>
		</div>
	);
}

function filterOf(t: AuditTerms, state: ViewState): AuditFilter {
	const outcome = auditOutcomes.find((o) => o === t.outcome);
	return {
		...(t.who === undefined ? {} : { who: t.who }),
		...(t.action === undefined ? {} : { action: t.action }),
		...(t.resource === undefined ? {} : { resource: t.resource }),
		...(outcome === undefined ? {} : { outcome }),
		...(state.win?.from === undefined ? {} : { from: state.win.from }),
		...(state.win?.to === undefined ? {} : { to: state.win.to }),
	};
}

const outcomeChoices = [{ value: "", label: "any" }, ...auditOutcomes.map((o) => ({ value: o, label: o }))];

/** Asked for with Enter, not with each letter: every question is written down. */
function Filter({ text, terms }: { readonly text: string; readonly terms: AuditTerms }) {
	const field = useRef<HTMLInputElement>(null);
	const [typed, setTyped] = useState(text);
	useEffect(() => setTyped(text), [text]);
	const ask = (next: string) => refine({ filter: next.trim() === "" ? undefined : next.trim(), sel: undefined });
	useCommand("filter", () => field.current?.focus());
	useCommand("close", () => ask(""), text !== "");
	return (
		<div className={styles.filters}>
			<form
				className="filter grow"
				onSubmit={(e) => {
					e.preventDefault();
					ask(typed);
				}}
			>
				<Icon name="filter" className="dim" />
				<input
					ref={field}
					aria-label="Filter by who, action:, resource: and outcome:, then Enter"
					placeholder="ann action:topic:* resource:orders"
					value={typed}
					onChange={(e) => setTyped(e.currentTarget.value)}
				/>
				<kbd>/</kbd>
			</form>
			<Segmented
				label="Outcome"
				value={auditOutcomes.find((o) => o === terms.outcome) ?? ""}
				choices={outcomeChoices}
				onChange={(outcome) => ask(writeAuditTerms({ ...terms, outcome }))}
			/>
		</div>
	);
}

type EntriesProps = { readonly filter: AuditFilter; readonly state: ViewState; readonly filtered: boolean };

function Entries({ filter, state, filtered }: EntriesProps) {
	const query = useInfiniteQuery(auditQuestion(filter));
	const principal = useQuery(principalQuestion);
	const entries = useMemo(() => query.data?.pages.flatMap((p) => p.items) ?? [], [query.data]);
	const selected = entries.find((e) => String(e.seq) === state.sel) ?? entries[0];
	const step = (by: number) => {
		const at = selected === undefined ? -1 : entries.indexOf(selected);
		const next = entries[Math.max(0, Math.min(entries.length - 1, at + by))];
		if (next !== undefined) refine({ sel: String(next.seq) });
	};
	useCommand("row-down", () => step(1));
	useCommand("row-up", () => step(-1));
	if (query.data === undefined) {
		if (query.isError) {
			const trouble = toProblem(query.error);
			return (
				<div>
					<Failed what="The audit log" trouble={trouble} onRetry={() => void query.refetch()} />
					{trouble.status === 403 && (
						<p className={`${styles.pad} mid`}>
							You are {principal.data?.name ?? "not known"}
							{principal.data !== undefined && principal.data.roles.length > 0 && `, with ${principal.data.roles.join(", ")}`}. Ask whoever
							keeps the roles for the action <code>audit:read</code> on <code>audit/log</code>.
						</p>
					)}
				</div>
			);
		}
		return <SkeletonRows rows={10} height={31} label="the audit log" />;
	}
	if (entries.length === 0 && query.hasNextPage !== true) {
		return (
			<Empty title={filtered ? "No entry has that" : "Nothing is written down yet"} icon={filtered ? "filter" : "file"}>
				{filtered ? (
					<button type="button" className="btn" onClick={() => refine({ filter: undefined, win: undefined })}>
						Show all
					</button>
				) : (
					<p>Entries come with the first look at an event, an export, or a change of a policy.</p>
				)}
			</Empty>
		);
	}
	return (
		<div className={styles.parts}>
			<section className={`panel ${styles.table}`} aria-label="Entries">
				{query.isError && (
					<StaleBanner since={query.dataUpdatedAt} reason={toProblem(query.error).title} onRetry={() => void query.refetch()} />
				)}
				<Scroll label="Entries of the audit log">
					<DataTable
						label="Audit log"
						columns={columns}
						rows={entries}
						rowId={(e: AuditEntry) => String(e.seq)}
						{...(selected === undefined ? {} : { selected: String(selected.seq) })}
						onSelect={(id) => refine({ sel: id })}
					/>
				</Scroll>
				<footer className={styles.foot}>
					<span role="status">
						{query.hasNextPage === true
							? entries.length === 0
								? "None among the newest; looking took too long for one answer"
								: `The newest ${plural(entries.length, "entry", "entries")}; there are older ones`
							: plural(entries.length, "entry", "entries")}
					</span>
					{query.hasNextPage === true && (
						<button type="button" className="btn" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
							Older
						</button>
					)}
					<button type="button" className="btn" disabled={query.isFetching} onClick={() => void query.refetch()}>
						<Icon name="restart" size="s" />
						Newest
					</button>
				</footer>
			</section>
			{selected !== undefined && <Detail of={selected} />}
		</div>
	);
}
