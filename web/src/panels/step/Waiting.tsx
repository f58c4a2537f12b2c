import { useQuery } from "@tanstack/react-query";
import { type StepProgress, stepProgressQuestion } from "../../api/step";
import { count } from "../../base/quantity";
import { useNow } from "../../widgets/clock";
import { Icon } from "../../widgets/Icon";
import { Delayed } from "../../widgets/states";
import styles from "./StepPanel.module.css";

const phases: Readonly<Record<StepProgress["phase"], string>> = {
	planning: "looking for what the replay needs",
	preparing: "a JVM is prepared and started",
	building: "Flink builds the task",
	running: "the task runs again",
	waiting: "the answer is made",
};

type Props = {
	readonly rec: string;
	readonly position: string;
	readonly what: string;
	readonly since: number;
	readonly onCancel: () => void;
};

/** What a step waits for, and the way out. Quick answers do not show it. */
export function Waiting(props: Props) {
	return (
		<Delayed after={300}>
			<Told {...props} />
		</Delayed>
	);
}

function Told({ rec, position, what, since, onCancel }: Props) {
	const now = useNow();
	const progress = useQuery(stepProgressQuestion(rec, position)).data;
	const seconds = Math.max(0, Math.round((now - since) / 1000));
	return (
		<div className={styles.waiting} role="status">
			<Icon name="wait" size="s" className="c-acc" />
			<b>{what}</b>
			<span className="mid">
				{progress === undefined ? "asking the server" : phases[progress.phase]}
				{progress !== undefined && progress.invocation > 0n && `, at invocation ${count(progress.invocation)}`}
			</span>
			<span className="dim mono">{seconds} s</span>
			<button type="button" className="btn" onClick={onCancel}>
				Cancel
			</button>
		</div>
	);
}
