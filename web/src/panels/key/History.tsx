import { useMemo } from "react";
import type { KeyVisit } from "../../api/key";
import { count } from "../../base/quantity";
import { link, type ViewState } from "../../model/address";
import { useCommand } from "../../model/commandBus";
import { go, refine } from "../../model/navigation";
import { Again } from "../../moments/Again";
import { lookOf, wordColour } from "../../timeline/kinds";
import { type Column, DataTable } from "../../widgets/DataTable";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Scroll } from "../../widgets/Scroll";
import { Empty } from "../../widgets/states";
import { TimeText } from "../../widgets/TimeText";
import styles from "./KeyPanel.module.css";
import { type Row, readKinds, rowKinds, rowsOf, wordOf, writeKinds } from "./rows";

type Props = {
	readonly rec: string;
	readonly state: ViewState;
	readonly visits: readonly KeyVisit[];
	readonly more: boolean;
	readonly loading: boolean;
	readonly onMore: () => void;
};

const partWords: Readonly<Record<Row["part"], string>> = { in: "in", did: "", out: "out" };

const columns: readonly Column<Row>[] = [
	{ id: "time", head: "Time", mono: true, cell: (r) => (r.first ? <TimeText t={r.time} bare /> : "") },
	{
		id: "operator",
		head: "Operator",
		cell: (r) => (r.first ? <span className="cut">{`${r.visit.op_name} ${r.visit.subtask}`}</span> : ""),
	},
	{
		id: "kind",
		head: "What",
		cell: (r) => {
			const look = lookOf(r.event.kind);
			return (
				<span className={styles.what} style={{ color: `var(${wordColour(look.tone)})` }} title={look.about}>
					<Icon name={look.icon} size="s" />
					{wordOf(r)}
				</span>
			);
		},
	},
	{ id: "part", head: "", cell: (r) => <span className="dim">{partWords[r.part]}</span> },
	{ id: "text", head: "Value", mono: true, cell: (r) => <span className={styles.text}>{r.event.text}</span> },
];

/** Where a row leads: its event, at the invocation that worked under the key. */
function target(rec: string, r: Row): string {
	return link({ screen: "events", rec }, { at: r.visit.position, sel: r.event.cursor });
}

/** All events of a key on one timeline. */
export function History({ rec, state, visits, more, loading, onMore }: Props) {
	const kinds = readKinds(state.filter);
	const rows = useMemo(() => rowsOf(visits, readKinds(state.filter)), [visits, state.filter]);
	const at = rows.findIndex((r) => r.id === state.sel);
	const select = (id: string) => refine({ sel: id });
	const step = (by: number) => {
		const next = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
		if (next !== undefined) select(next.id);
	};
	useCommand("row-down", () => step(1));
	useCommand("row-up", () => step(-1));
	const chosen = rows[at];
	useCommand("open", () => chosen !== undefined && go(target(rec, chosen)), chosen !== undefined);
	return (
		<Panel
			title="History"
			about={`${count(visits.length)}${more ? " and more" : ""} invocations`}
			className={styles.history ?? ""}
			end={
				<fieldset className={styles.kinds}>
					<legend className="hide">Kinds of events</legend>
					{rowKinds.map((k) => {
						const on = kinds.includes(k.kind);
						return (
							<button
								key={k.kind}
								type="button"
								className="btn quiet"
								aria-pressed={on}
								onClick={() => refine({ filter: writeKinds(on ? kinds.filter((x) => x !== k.kind) : [...kinds, k.kind]), sel: undefined })}
							>
								{k.word}
							</button>
						);
					})}
				</fieldset>
			}
		>
			{rows.length === 0 ? (
				<Empty title="Nothing of these kinds happened under this key">
					<p>{more ? "Not all of it is loaded." : "Other kinds are left out by the buttons above."}</p>
				</Empty>
			) : (
				<Scroll label="History of the key">
					<DataTable
						label="History of the key"
						columns={columns}
						rows={rows}
						rowId={(r) => r.id}
						{...(state.sel === undefined ? {} : { selected: state.sel })}
						onSelect={select}
						onOpen={(r) => go(target(rec, r))}
						rowClass={(r) => (r.first ? styles.visit : undefined)}
					/>
				</Scroll>
			)}
			{more && (
				<p className={styles.foot}>
					<button type="button" className="btn" disabled={loading} onClick={onMore}>
						{loading ? "Loading" : "Go on"}
					</button>
				</p>
			)}
			{chosen !== undefined && <Chosen rec={rec} row={chosen} />}
		</Panel>
	);
}

function Chosen({ rec, row }: { readonly rec: string; readonly row: Row }) {
	const record = row.event.kafka ?? row.event.element;
	return (
		<section className={styles.chosen} aria-label="Selected event">
			<p className="mono">{row.event.text}</p>
			{row.visit.shared && (
				<p className="c-late">
					<Icon name="warning" size="s" /> The invocation worked under other keys too: which of its records are of this key is not recorded.
				</p>
			)}
			<div className="row wrap">
				<a className="btn main" href={target(rec, row)}>
					Event at {row.visit.position}
				</a>
				{record !== undefined && (
					<a className="btn" href={link({ screen: "journey", rec, record })}>
						<Icon name="journey" size="s" />
						Journey
					</a>
				)}
				<Again rec={rec} position={row.visit.position} />
				<a className="btn" href={link({ screen: "watermarks", rec }, { at: row.visit.position })}>
					Watermarks then
				</a>
			</div>
		</section>
	);
}
