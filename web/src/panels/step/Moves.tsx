import { type ReactNode, useState } from "react";
import type { StepCommand } from "../../api/step";
import { useCommand } from "../../model/commandBus";
import { type CommandId, commands, keysOf } from "../../model/keyboard";
import { usePreferences } from "../../model/preferences";
import { Icon, type IconName } from "../../widgets/Icon";
import styles from "./StepPanel.module.css";
import type { Steps } from "./useSteps";

type Goal = "exception" | "drop" | "output" | "state" | "value" | "condition";

const goals: Readonly<Record<Goal, string>> = {
	exception: "an exception",
	drop: "a drop",
	output: "an output",
	state: "a change of state",
	value: "a change of a variable",
	condition: "an expression holds",
};

type Props = {
	readonly steps: Steps;
	/** Names of states of the invocation. */
	readonly states: readonly string[];
	readonly variables: readonly string[];
	/** The variable whose changes are looked for; "" = none is chosen. */
	readonly variable: string;
	readonly onVariable: (name: string) => void;
};

/** A button for a command: it says its key, and does what the key does. */
function MoveButton({
	id,
	icon,
	run,
	children,
}: {
	readonly id: CommandId;
	readonly icon: IconName;
	readonly run: () => void;
	readonly children?: ReactNode;
}) {
	const { keys } = usePreferences();
	const command = commands.find((c) => c.id === id);
	useCommand(id, run);
	if (command === undefined) return null;
	const key = keysOf(command, keys)[0];
	return (
		<button
			type="button"
			className={children === undefined ? "btn icon" : "btn"}
			aria-label={command.title}
			title={key === undefined ? command.title : `${command.title} (${key})`}
			onClick={run}
		>
			<Icon name={icon} />
			{children}
		</button>
	);
}

function Group({ word, children }: { readonly word: string; readonly children: ReactNode }) {
	return (
		<fieldset className={styles.group}>
			<legend className="cap">{word}</legend>
			<div className={styles.buttons}>{children}</div>
		</fieldset>
	);
}

/** All ways to go from a step, forwards and back. */
export function Moves({ steps, states, variables, variable, onVariable }: Props) {
	const [goal, setGoal] = useState<Goal>("state");
	const [state, setState] = useState("");
	const [where, setWhere] = useState("");
	const go = (what: string, command: StepCommand, back: boolean) => steps.move(`${back ? "Back" : "On"} ${what}`, { ...command, back });
	const line = (move: NonNullable<StepCommand["move"]>, back: boolean) => go(back ? "a step" : "to the next step", { move }, back);
	/** A goal that needs a word leads to the field for it when there is none. */
	const ask = (of: Goal) => {
		setGoal(of);
		requestAnimationFrame(() => document.getElementById("step-of")?.focus());
	};
	const until = (of: Goal, back: boolean) => {
		if (of === "value" && variable === "") return ask(of);
		if (of === "condition" && where.trim() === "") return ask(of);
		const command: StepCommand =
			of === "state"
				? { until: of, ...(state === "" ? {} : { of: state }) }
				: of === "value"
					? { until: of, of: variable }
					: of === "condition"
						? { until: of, where }
						: { until: of };
		go(`to ${of === "condition" ? "where it holds" : goals[of]}`, command, back);
	};
	useCommand("exception-next", () => until("exception", false));
	useCommand("exception-back", () => until("exception", true));
	useCommand("drop-next", () => until("drop", false));
	useCommand("drop-back", () => until("drop", true));
	useCommand("output-next", () => until("output", false));
	useCommand("output-back", () => until("output", true));
	useCommand("state-next", () => until("state", false));
	useCommand("state-back", () => until("state", true));
	useCommand("value-next", () => until("value", false));
	useCommand("value-back", () => until("value", true));
	useCommand("condition-next", () => until("condition", false));
	useCommand("condition-back", () => until("condition", true));
	return (
		<div className={styles.moves} role="toolbar" aria-label="Steps">
			<Group word="line">
				<MoveButton id="step-over-back" icon="line-back" run={() => line("over", true)} />
				<MoveButton id="step-over" icon="line-next" run={() => line("over", false)} />
			</Group>
			<Group word="into a call">
				<MoveButton id="step-in-back" icon="step-in-back" run={() => line("in", true)} />
				<MoveButton id="step-in" icon="step-in" run={() => line("in", false)} />
			</Group>
			<Group word="out of it">
				<MoveButton id="step-out-back" icon="step-out-back" run={() => line("out", true)} />
				<MoveButton id="step-out" icon="step-out" run={() => line("out", false)} />
			</Group>
			<Group word="invocation">
				<MoveButton id="record-back" icon="record-back" run={() => go("to the invocation before", { move: "record" }, true)} />
				<MoveButton id="record-next" icon="record-next" run={() => go("to the next invocation", { move: "record" }, false)} />
			</Group>
			<Group word="breakpoint">
				<MoveButton id="line-back" icon="run-back" run={() => steps.toBreak(true)} />
				<MoveButton id="line-next" icon="run-next" run={() => steps.toBreak(false)} />
			</Group>
			<Group word="run until">
				<button
					type="button"
					className="btn icon"
					aria-label={`Run back until ${goals[goal]}`}
					title="Run back"
					onClick={() => until(goal, true)}
				>
					<Icon name="run-back" />
				</button>
				<select className={styles.goal} aria-label="What to run to" value={goal} onChange={(e) => setGoal(e.currentTarget.value as Goal)}>
					{Object.entries(goals).map(([value, word]) => (
						<option key={value} value={value}>
							{word}
						</option>
					))}
				</select>
				{goal === "state" && (
					<Of
						label="Which state"
						placeholder="any"
						value={state}
						onChange={setState}
						choices={states}
						onRun={() => until("state", false)}
					/>
				)}
				{goal === "value" && (
					<Of
						label="Which variable"
						placeholder="variable"
						value={variable}
						onChange={onVariable}
						choices={variables}
						onRun={() => until("value", false)}
					/>
				)}
				{goal === "condition" && (
					<Of
						label="Expression that shall hold"
						placeholder="order.totalCents > 90000"
						value={where}
						onChange={setWhere}
						choices={[]}
						onRun={() => until("condition", false)}
					/>
				)}
				<button
					type="button"
					className="btn icon"
					aria-label={`Run on until ${goals[goal]}`}
					title="Run on"
					onClick={() => until(goal, false)}
				>
					<Icon name="run-next" />
				</button>
			</Group>
		</div>
	);
}

/** The word that a goal needs. Enter runs on. */
function Of(props: {
	readonly label: string;
	readonly placeholder: string;
	readonly value: string;
	readonly onChange: (value: string) => void;
	readonly choices: readonly string[];
	readonly onRun: () => void;
}) {
	return (
		<form
			className={styles.of}
			onSubmit={(e) => {
				e.preventDefault();
				props.onRun();
			}}
		>
			<div className="filter">
				<input
					id="step-of"
					aria-label={props.label}
					placeholder={props.placeholder}
					list="step-of-choices"
					value={props.value}
					onChange={(e) => props.onChange(e.currentTarget.value)}
				/>
				<datalist id="step-of-choices">
					{props.choices.map((c) => (
						<option key={c} value={c} />
					))}
				</datalist>
			</div>
		</form>
	);
}
