import { useState } from "react";
import { ackImpact, type ImpactRun } from "../../api/impact";
import { type ProblemError, toProblem } from "../../api/problem";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Failed } from "../../widgets/states";
import { TimeText } from "../../widgets/TimeText";
import styles from "./Impact.module.css";

type Props = { readonly run: ImpactRun; readonly mayAck: boolean; readonly onDone: () => Promise<void> };

/** What teams say of a change. Who objects says why. */
export function Acks({ run, mayAck, onDone }: Props) {
	const teams = [...new Set((run.report?.systems ?? []).flatMap((s) => s.owners))];
	const [team, setTeam] = useState(teams[0] ?? "");
	const [reason, setReason] = useState("");
	const [busy, setBusy] = useState(false);
	const [trouble, setTrouble] = useState<ProblemError>();
	const say = async (decision: "agree" | "object") => {
		setBusy(true);
		setTrouble(undefined);
		try {
			await ackImpact(run.id, { team: team.trim(), decision, ...(reason.trim() === "" ? {} : { reason: reason.trim() }) });
			setReason("");
		} catch (e) {
			setTrouble(toProblem(e));
		}
		setBusy(false);
		await onDone();
	};
	return (
		<Panel title="What teams say">
			{run.acks.length === 0 ? (
				<p className={`${styles.text} dim`}>Nobody has said anything yet.</p>
			) : (
				<ul className={styles.text} aria-label="What teams say">
					{run.acks.map((a) => (
						<li key={`${a.team} ${a.at}`} className={a.decision === "object" ? "c-drop" : ""}>
							<Icon name={a.decision === "agree" ? "ok" : "failed"} size="s" /> <b className="strong">{a.team}</b>{" "}
							{a.decision === "agree" ? "agrees" : "objects"}
							{a.reason !== undefined && `: ${a.reason}`}{" "}
							<span className="dim">
								({a.by}, <TimeText t={a.at} digits={0} />)
							</span>
						</li>
					))}
				</ul>
			)}
			{mayAck && (
				<div className={styles.ack} role="group" aria-label="Say what your team thinks">
					<span className="filter">
						<input aria-label="Team" placeholder="team" value={team} onChange={(e) => setTeam(e.currentTarget.value)} />
					</span>
					<span className="filter grow">
						<input
							aria-label="Reason"
							placeholder="reason; who objects gives one"
							maxLength={4000}
							value={reason}
							onChange={(e) => setReason(e.currentTarget.value)}
						/>
					</span>
					<button type="button" className="btn main" disabled={busy || team.trim() === ""} onClick={() => void say("agree")}>
						Agree
					</button>
					<button
						type="button"
						className="btn"
						disabled={busy || team.trim() === "" || reason.trim() === ""}
						onClick={() => void say("object")}
					>
						Object
					</button>
				</div>
			)}
			{trouble !== undefined && <Failed what="The report" head="That was not said" trouble={trouble} />}
		</Panel>
	);
}
