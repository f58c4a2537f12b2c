import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { groupQuestion, type KafkaGroup, type ResetPlan, type ResetRow, resetGroup } from "../../api/cluster";
import { type ProblemError, toProblem } from "../../api/problem";
import type { GroupReset } from "../../api/schema";
import { count, plural } from "../../base/quantity";
import { type Column, DataTable } from "../../widgets/DataTable";
import { Icon } from "../../widgets/Icon";
import { Failed } from "../../widgets/states";
import styles from "./GroupsPanel.module.css";

const ways = {
	earliest: "the oldest records",
	latest: "the end: what comes from now on",
	time: "a time",
	offset: "an offset",
	shift: "so many records further, or back",
} as const;

type Way = keyof typeof ways;

const offsetOf = (n: bigint, none: string) => (n < 0n ? <span className="dim">{none}</span> : count(n));

const columns: readonly Column<ResetRow>[] = [
	{ id: "topic", head: "Topic", cell: (r) => r.topic },
	{ id: "partition", head: "Partition", align: "right", cell: (r) => r.partition },
	{ id: "before", head: "Before", align: "right", cell: (r) => offsetOf(r.before, "nothing") },
	{ id: "after", head: "After", align: "right", cell: (r) => offsetOf(r.after, "not known") },
	{
		id: "by",
		head: "Reads again",
		align: "right",
		title: "records that it reads once more; below 0 it passes so many over",
		cell: (r) => (r.before < 0n || r.after < 0n ? <span className="dim">-</span> : count(r.before - r.after)),
	},
	{
		id: "note",
		head: "",
		cell: (r) =>
			r.error !== undefined ? (
				<span className="c-drop">
					<Icon name="failed" size="s" /> stays as it is: {r.error}
				</span>
			) : (
				<span className="dim">{r.note ?? ""}</span>
			),
	},
];

type Props = { readonly cluster: string; readonly group: KafkaGroup };

/** Sets from where a group reads on. What would be set is shown first, and only that can be applied. */
export function ResetDialog({ cluster, group: g }: Props) {
	const id = useId();
	const client = useQueryClient();
	const [to, setTo] = useState<Way>("earliest");
	const [topic, setTopic] = useState("");
	const [value, setValue] = useState("");
	const [busy, setBusy] = useState(false);
	const [plan, setPlan] = useState<ResetPlan>();
	const [trouble, setTrouble] = useState<ProblemError>();
	const topics = [...new Set(g.partitions.map((p) => p.topic))];
	/** Another wish has not been looked at yet. */
	const change = (by: () => void) => {
		by();
		setPlan(undefined);
		setTrouble(undefined);
	};
	const ask = async (dry: boolean) => {
		const wish: GroupReset = {
			to,
			dry,
			...(to === "time" ? { time: value.trim() } : {}),
			...(to === "offset" || to === "shift" ? { offset: Number(value) } : {}),
			...(topic === "" ? {} : { partitions: { [topic]: [] } }),
		};
		setBusy(true);
		setTrouble(undefined);
		try {
			setPlan(await resetGroup(cluster, g.name, wish));
			if (!dry) await client.invalidateQueries({ queryKey: groupQuestion(cluster, g.name).queryKey });
		} catch (e) {
			setTrouble(toProblem(e));
		} finally {
			setBusy(false);
		}
	};
	const wrong = plan?.items.filter((r) => r.error !== undefined).length ?? 0;
	const usable = plan !== undefined && !plan.applied && plan.items.length > wrong;
	return (
		<div className={styles.dialog}>
			<p>
				From where <b>{g.name}</b> reads on. A group with members is refused: they would overwrite it. A job of Flink reads on from its
				checkpoint, whatever its group says.
			</p>
			<form
				onSubmit={(e) => {
					e.preventDefault();
					void ask(true);
				}}
			>
				<fieldset className={styles.fields} disabled={busy}>
					<label htmlFor={`${id}to`}>Reads on from</label>
					<select
						id={`${id}to`}
						data-autofocus
						value={to}
						onChange={(e) => {
							const next = (Object.keys(ways) as Way[]).find((w) => w === e.currentTarget.value) ?? to;
							change(() => {
								setTo(next);
								setValue("");
							});
						}}
					>
						{(Object.keys(ways) as Way[]).map((w) => (
							<option key={w} value={w}>
								{ways[w]}
							</option>
						))}
					</select>
					{(to === "time" || to === "offset" || to === "shift") && (
						<>
							<label htmlFor={`${id}value`}>{{ time: "Time", offset: "Offset", shift: "Records" }[to]}</label>
							<div className="filter">
								<input
									id={`${id}value`}
									required
									type={to === "time" ? "text" : "number"}
									step={1}
									{...(to === "offset" ? { min: 0 } : {})}
									placeholder={to === "time" ? "2026-11-23T14:02:11Z, or -5m" : to === "shift" ? "-100 is a hundred back" : "0"}
									value={value}
									onChange={(e) => {
										const next = e.currentTarget.value;
										change(() => setValue(next));
									}}
								/>
							</div>
						</>
					)}
					<label htmlFor={`${id}topic`}>Of</label>
					<select
						id={`${id}topic`}
						value={topic}
						onChange={(e) => {
							const next = e.currentTarget.value;
							change(() => setTopic(next));
						}}
					>
						<option value="">all that it has committed for</option>
						{topics.map((t) => (
							<option key={t} value={t}>
								{t}
							</option>
						))}
					</select>
					<div className={styles.buttons}>
						<button type="submit" className={usable ? "btn" : "btn main"}>
							Show what would be set
						</button>
						<button type="button" className={usable ? "btn main" : "btn"} disabled={!usable} onClick={() => void ask(false)}>
							Apply
						</button>
					</div>
				</fieldset>
			</form>
			{trouble !== undefined && <Failed what="The reset" head="Nothing was set" trouble={trouble} />}
			{plan !== undefined && (
				<>
					<p role="status">
						{plan.applied ? (
							<>
								<Icon name="ok" className="c-ok" /> Set: {plural(plan.items.length - wrong, "partition")}.
							</>
						) : (
							<>
								Not set yet: {plural(plan.items.length - wrong, "partition")} would be. The group is {plan.state}.
							</>
						)}
						{wrong > 0 && <span className="c-drop"> {plural(wrong, "partition")} would stay as before.</span>}
					</p>
					<div className={styles.plan}>
						<DataTable label="What is set" columns={columns} rows={plan.items} rowId={(r) => `${r.topic}/${r.partition}`} />
					</div>
				</>
			)}
		</div>
	);
}
