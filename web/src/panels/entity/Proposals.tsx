import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { approveProposal, type Entity, type Proposal, refuseProposal, withdrawProposal } from "../../api/catalog";
import { type ProblemError, toProblem } from "../../api/problem";
import { Panel } from "../../widgets/Panel";
import { Failed } from "../../widgets/states";
import { Age } from "../../widgets/TimeText";
import { Difference } from "./Difference";
import styles from "./EntityPanel.module.css";

/** Changes that wait for somebody to decide about them. */
export function Proposals({ entity }: { readonly entity: Entity }) {
	return (
		<Panel title="Proposals" about={`${entity.proposals.length} waiting`}>
			<ul aria-label="Proposals">
				{entity.proposals.map((p) => (
					<Row key={p.id} proposal={p} />
				))}
			</ul>
		</Panel>
	);
}

function Row({ proposal: p }: { readonly proposal: Proposal }) {
	const client = useQueryClient();
	const [busy, setBusy] = useState(false);
	const [refusing, setRefusing] = useState(false);
	const [why, setWhy] = useState("");
	const [trouble, setTrouble] = useState<ProblemError>();
	const run = async (act: Promise<unknown>) => {
		setBusy(true);
		setTrouble(undefined);
		try {
			await act;
		} catch (e) {
			setTrouble(toProblem(e));
		}
		// It may be that somebody was faster: what is there now is asked for either way.
		await client.invalidateQueries({ queryKey: ["catalog"] });
		setBusy(false);
	};
	const what = `${p.attribute}${p.path === undefined ? "" : ` of ${p.path}`}`;
	return (
		<li className={styles.proposal}>
			<div className="row wrap">
				<b>{what}</b>
				<span className="mid">
					by {p.yours ? "you" : p.name}, <Age t={p.at} />
				</span>
				<span className="grow" />
				{p.decide && !p.yours && (
					<>
						<button
							type="button"
							className="btn main"
							disabled={busy}
							aria-label={`Approve ${what} by ${p.name}`}
							onClick={() => void run(approveProposal(p.id))}
						>
							Approve
						</button>
						<button
							type="button"
							className="btn"
							disabled={busy}
							aria-label={`Refuse ${what} by ${p.name}`}
							aria-expanded={refusing}
							onClick={() => setRefusing(!refusing)}
						>
							Refuse
						</button>
					</>
				)}
				{p.yours && (
					<button
						type="button"
						className="btn"
						disabled={busy}
						aria-label={`Take back ${what}`}
						onClick={() => void run(withdrawProposal(p.id))}
					>
						Take back
					</button>
				)}
				{!p.decide && !p.yours && <span className="dim">waits for an owner</span>}
			</div>
			<Difference before={p.before} after={p.values} />
			<span className="mid">{p.reason}</span>
			{refusing && (
				<form
					className="row"
					onSubmit={(e) => {
						e.preventDefault();
						void run(refuseProposal(p.id, why.trim()));
					}}
				>
					<span className="filter grow">
						<input
							// biome-ignore lint/a11y/noAutofocus: it comes because somebody asked to refuse
							autoFocus
							aria-label="Why it is refused"
							placeholder={`why, for ${p.name} and the audit log`}
							maxLength={1000}
							value={why}
							onChange={(e) => setWhy(e.currentTarget.value)}
						/>
					</span>
					<button type="submit" className="btn" disabled={busy}>
						Refuse it
					</button>
				</form>
			)}
			{trouble !== undefined && <Failed what="The proposal" head="That was not done" trouble={trouble} />}
		</li>
	);
}
