import { useState } from "react";
import { type ContractProposal, proposeContract } from "../../api/contract";
import { type ProblemError, toProblem } from "../../api/problem";
import { plural } from "../../base/quantity";
import { refine } from "../../model/navigation";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Failed } from "../../widgets/states";
import styles from "./Contracts.module.css";
import { Editor } from "./Editor";

type Props = {
	/** CLUSTER/TOPIC that it is to be about. */
	readonly of: string | undefined;
	readonly mayWrite: boolean;
};

const nothing = { text: "" };

/** A contract that is not there yet: written, or proposed from what a stream holds. */
export function BeginContract({ of, mayWrite }: Props) {
	const [place, setPlace] = useState(of ?? "");
	const [start, setStart] = useState(nothing);
	const [made, setMade] = useState<ContractProposal>();
	const [trouble, setTrouble] = useState<ProblemError>();
	const [busy, setBusy] = useState(false);
	const stroke = place.indexOf("/");
	const propose = async () => {
		setBusy(true);
		setTrouble(undefined);
		try {
			const proposal = await proposeContract(place.slice(0, stroke).trim(), place.slice(stroke + 1).trim());
			setMade(proposal);
			setStart({ text: proposal.text });
			refine({ of: place.trim() });
		} catch (e) {
			setTrouble(toProblem(e));
		}
		setBusy(false);
	};
	return (
		<Panel title="New contract" about="ODCS 3.1, YAML">
			<form
				className={styles.tools}
				aria-label="Propose from a stream"
				onSubmit={(e) => {
					e.preventDefault();
					void propose();
				}}
			>
				<label className="row grow">
					<span className="dim nowrap">cluster/topic</span>
					<span className="filter grow">
						<input value={place} placeholder="prod/orders" onChange={(e) => setPlace(e.currentTarget.value)} />
					</span>
				</label>
				<button type="submit" className="btn" disabled={busy || stroke < 1 || stroke === place.length - 1}>
					<Icon name="topic" size="s" />
					Propose from the stream
				</button>
			</form>
			{trouble !== undefined && <Failed what="The proposal" head="No contract could be proposed" trouble={trouble} />}
			{made !== undefined && (
				<p className={styles.text} role="status">
					Made from {plural(made.records, "record")}.
					{made.masked > 0 && ` Of ${plural(made.masked, "field")} you see no values: nothing is said of them.`} A beginning: what people
					meant, nobody can see in records.
				</p>
			)}
			<Editor start={start} mayWrite={mayWrite} />
		</Panel>
	);
}
