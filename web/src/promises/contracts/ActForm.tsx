import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { actOnViolation, type Violation } from "../../api/contract";
import { type ProblemError, toProblem } from "../../api/problem";
import { Failed } from "../../widgets/states";
import styles from "./Contracts.module.css";

/** The reader pressed the button in whose place the field stands. */
const focused = (field: HTMLInputElement | null) => field?.focus();

/** Says that somebody looks after a violation, or that it is over, with a note. */
export function ActForm({ violation: v }: { readonly violation: Violation }) {
	const client = useQueryClient();
	const [act, setAct] = useState<"acked" | "closed">();
	const [why, setWhy] = useState("");
	const [busy, setBusy] = useState(false);
	const [trouble, setTrouble] = useState<ProblemError>();
	const send = async (state: "acked" | "closed") => {
		setBusy(true);
		setTrouble(undefined);
		try {
			await actOnViolation(v, { state, ...(why.trim() === "" ? {} : { why: why.trim() }) });
			setAct(undefined);
			setWhy("");
		} catch (e) {
			setTrouble(toProblem(e));
		}
		setBusy(false);
		await client.invalidateQueries({ queryKey: ["contract", v.contract] });
		await client.invalidateQueries({ queryKey: ["contracts"] });
	};
	if (v.state === "closed") return null;
	if (act === undefined)
		return (
			<span className="row">
				{v.state === "open" && (
					<button type="button" className="btn" aria-label={`Acknowledge ${v.check}`} onClick={() => setAct("acked")}>
						Acknowledge
					</button>
				)}
				<button type="button" className="btn quiet" aria-label={`Close ${v.check}`} onClick={() => setAct("closed")}>
					Close
				</button>
			</span>
		);
	return (
		<form
			className={styles.act}
			aria-label={act === "acked" ? "Acknowledge" : "Close"}
			onSubmit={(e) => {
				e.preventDefault();
				void send(act);
			}}
		>
			<span className="filter grow">
				<input
					ref={focused}
					maxLength={1000}
					aria-label="Note"
					placeholder="note, for the list and the audit log"
					value={why}
					onChange={(e) => setWhy(e.currentTarget.value)}
					onKeyDown={(e) => e.key === "Escape" && setAct(undefined)}
				/>
			</span>
			<button type="submit" className="btn main" disabled={busy}>
				{act === "acked" ? "I look after it" : "It is over"}
			</button>
			<button type="button" className="btn quiet" onClick={() => setAct(undefined)}>
				Not now
			</button>
			{trouble !== undefined && <Failed what="The violation" head="That was not done" trouble={trouble} />}
		</form>
	);
}
