import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { makePin, type Pin, pinAction, pinReasons, pinsQuestion } from "../api/pin";
import { type ProblemError, toProblem } from "../api/problem";
import { principalQuestion } from "../api/questions";
import { size, written } from "../base/quantity";
import { toRfc3339, type WallTime } from "../base/time";
import { Icon } from "../widgets/Icon";
import { Failed } from "../widgets/states";
import styles from "./Pins.module.css";

type Props = {
	readonly rec: string;
	/** What is to be kept, in words. */
	readonly what: ReactNode;
	/** Absent: the whole recording. */
	readonly stretch?: { readonly from: WallTime; readonly to: WallTime } | undefined;
};

/** Asks why something is to be kept, and keeps it. */
export function PinForm({ rec, what, stretch }: Props) {
	const client = useQueryClient();
	const principal = useQuery(principalQuestion);
	const [reason, setReason] = useState<Pin["reason"]>("bookmark");
	const [note, setNote] = useState("");
	const [busy, setBusy] = useState(false);
	const [said, setSaid] = useState<{ readonly pin?: Pin; readonly trouble?: ProblemError }>({});
	const denied = principal.data !== undefined && !principal.data.actions.includes(pinAction);
	const keep = async () => {
		setBusy(true);
		try {
			const wish = {
				reason,
				...(note.trim() === "" ? {} : { note: note.trim() }),
				...(stretch === undefined ? {} : { from: toRfc3339(stretch.from), to: toRfc3339(stretch.to) }),
			};
			setSaid({ pin: await makePin(rec, wish) });
			setNote("");
			await client.invalidateQueries({ queryKey: pinsQuestion.queryKey });
		} catch (e) {
			setSaid({ trouble: toProblem(e) });
		} finally {
			setBusy(false);
		}
	};
	return (
		<>
			<form
				className={styles.form}
				aria-label="Keep from retention"
				onSubmit={(e) => {
					e.preventDefault();
					void keep();
				}}
			>
				<span>{what}</span>
				<label>
					<span className="dim">as</span>{" "}
					<select
						className={styles.select}
						value={reason}
						onChange={(e) => setReason(pinReasons.find((r) => r === e.currentTarget.value) ?? reason)}
					>
						{pinReasons.map((r) => (
							<option key={r} value={r}>
								{r}
							</option>
						))}
					</select>
				</label>
				<div className={`filter ${styles.note}`}>
					<input
						aria-label="Note"
						placeholder="why, for whom"
						maxLength={1000}
						value={note}
						onChange={(e) => setNote(e.currentTarget.value)}
					/>
				</div>
				<button type="submit" className="btn main" disabled={busy || denied}>
					Keep
				</button>
			</form>
			{denied && <p className={`${styles.said} dim`}>Who reads this may not keep anything (action {pinAction}).</p>}
			{said.trouble !== undefined && <Failed what="The pin" head="It is not kept" trouble={said.trouble} />}
			{said.pin !== undefined && (
				<p className={styles.said} role="status">
					<Icon name="ok" className="c-ok" /> Kept as {said.pin.reason} <code>{said.pin.id}</code>: {written(size(said.pin.bytes))}
					{said.pin.open && ", and what comes until the next checkpoint"}.
				</p>
			)}
		</>
	);
}
