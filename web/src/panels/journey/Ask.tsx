import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { fetchEvents } from "../../api/questions";
import { parseRecord } from "../../base/reference";
import { link } from "../../model/address";
import { go } from "../../model/navigation";
import { Icon } from "../../widgets/Icon";
import { Age } from "../../widgets/TimeText";
import styles from "./Journey.module.css";

const formsText = "topic/partition@offset, operator.subtask.attempt.invocation, or an element as the events name it";

/** No record was named: asks for one, and offers the newest that were read or written. */
export function Ask({ rec }: { readonly rec: string }) {
	const [typed, setTyped] = useState("");
	const [refused, setRefused] = useState(false);
	const newest = useQuery({
		queryKey: ["newest records", rec],
		queryFn: ({ signal }) => fetchEvents(rec, { kind: ["source-record", "written"] }, { order: "desc", limit: 12 }, signal),
	});
	const ask = () => {
		const record = typed.trim();
		if (parseRecord(record) === undefined) setRefused(true);
		else go(link({ screen: "journey", rec, record }));
	};
	const offered = (newest.data?.items ?? []).filter((e) => e.kafka !== undefined);
	return (
		<div className="state">
			<h2>
				<Icon name="journey" className="dim" />
				Which record?
			</h2>
			<p>A journey shows what a record came from and what it became, over operators, Kafka and other recorded jobs.</p>
			<form
				className={styles.ask}
				onSubmit={(e) => {
					e.preventDefault();
					ask();
				}}
			>
				<div className="filter grow">
					<Icon name="search" className="dim" />
					<input
						aria-label="Record"
						aria-invalid={refused}
						aria-describedby="record-forms"
						placeholder="orders/2@88121"
						value={typed}
						onChange={(e) => {
							setTyped(e.currentTarget.value);
							setRefused(false);
						}}
					/>
				</div>
				<button type="submit" className="btn main" style={{ height: 30 }}>
					Follow
				</button>
			</form>
			<p id="record-forms" className={refused ? "c-drop" : "dim"} role={refused ? "alert" : undefined}>
				{refused ? "That is no name of a record: " : "Written as "}
				{formsText}.
			</p>
			{offered.length > 0 && (
				<>
					<h3>The newest that were read or written</h3>
					<ul className={styles.offered}>
						{offered.map((e) => (
							<li key={e.cursor}>
								<a className="link mono" href={link({ screen: "journey", rec, record: e.kafka ?? "" })}>
									{e.kafka}
								</a>{" "}
								<span className="dim">
									{e.kind === "written" ? "written" : "read"} by {e.op_name} {e.subtask}, <Age t={e.time} />
								</span>
							</li>
						))}
					</ul>
				</>
			)}
		</div>
	);
}
