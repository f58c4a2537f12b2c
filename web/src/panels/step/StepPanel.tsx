import { useState } from "react";
import { toProblem } from "../../api/problem";
import type { StepPlace } from "../../api/step";
import { classes } from "../../base/classes";
import { count } from "../../base/quantity";
import type { ViewState } from "../../model/address";
import { useCommand } from "../../model/commandBus";
import { refine } from "../../model/navigation";
import { toggleBreak, writeBreaks } from "../../model/steps";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Scroll } from "../../widgets/Scroll";
import { Empty, Failed } from "../../widgets/states";
import { AboutReplay } from "./AboutReplay";
import { Came, Doings, Emitted, States, Timers } from "./InvocationParts";
import { Breakpoints, Watch } from "./Lists";
import { Moves } from "./Moves";
import { SourcePane } from "./SourcePane";
import { Stack } from "./Stack";
import styles from "./StepPanel.module.css";
import { type Steps, useSteps } from "./useSteps";
import { Values } from "./Values";
import { Waiting } from "./Waiting";

type Props = { readonly rec: string; readonly position: string; readonly state: ViewState };

const watchField = "step-watch";

/** The code of a job around an invocation, line by line and both ways, in a replay. */
export default function StepPanel({ rec, position, state }: Props) {
	const steps = useSteps(rec, position, state);
	const { query, place } = steps;
	const busy = steps.going !== undefined || query.fetchStatus === "fetching";
	useCommand("close", steps.cancel, busy);
	useCommand("end-replay", () => void steps.end(), place !== undefined);
	useCommand("watch", () => document.getElementById(watchField)?.focus(), place !== undefined);
	if (place === undefined) {
		return (
			<div className={styles.page}>
				{query.isError ? (
					<Failed what="The code" head="The code cannot be stepped through here" trouble={toProblem(query.error)} onRetry={steps.again} />
				) : query.fetchStatus === "idle" ? (
					<Empty title="The replay was given up">
						<button type="button" className="btn main" onClick={steps.again}>
							Begin again
						</button>
					</Empty>
				) : (
					<div className={styles.begin}>
						<h1>Step through {position}</h1>
						<p className="mid">
							The server runs the recorded task again in a process of its own and traces its lines. The first step takes some seconds;
							nothing stops in production.
						</p>
						<Waiting rec={rec} position={position} what="The replay begins" since={steps.begun} onCancel={steps.cancel} />
					</div>
				)}
			</div>
		);
	}
	return <At rec={rec} steps={steps} place={place} state={state} />;
}

type AtProps = { readonly rec: string; readonly steps: Steps; readonly place: StepPlace; readonly state: ViewState };

function At({ rec, steps, place, state }: AtProps) {
	const frame = Math.min(state.frame ?? 0, Math.max(0, place.frames.length - 1));
	const call = place.frames[frame];
	const [variable, setVariable] = useState("");
	useCommand(
		"breakpoint",
		() => call !== undefined && refine({ breaks: writeBreaks(toggleBreak(steps.breaks, call.path, call.line)) }),
		call !== undefined && call.line > 0,
	);
	const states = [...new Set(place.moment.steps.flatMap((e) => e.state?.name ?? []))];
	return (
		<div className={styles.page}>
			<Notices rec={rec} steps={steps} place={place} />
			<div className={classes(styles.body, steps.going !== undefined && styles.old)}>
				<SourcePane rec={rec} place={place} frame={frame} breaks={steps.breaks} />
				<Scroll label="What can be seen at this line" className={styles.side}>
					<Thrown place={place} />
					<Values place={place} frame={frame} onVariable={setVariable} />
					<Watch watch={steps.watch} values={place.evaluated} field={watchField} />
					<Breakpoints breaks={steps.breaks} />
					<States rec={rec} place={place} />
					<Came rec={rec} place={place} />
					<Emitted rec={rec} place={place} />
					<Timers rec={rec} place={place} />
					<Doings rec={rec} place={place} />
					{place.frames.length > 0 && <Stack frames={place.frames} frame={frame} />}
					<AboutReplay place={place} onEnd={() => void steps.end()} />
				</Scroll>
			</div>
			<footer className={styles.bar}>
				<Moves
					steps={steps}
					states={states}
					variables={call?.locals.map((l) => l.name) ?? []}
					variable={variable}
					onVariable={setVariable}
				/>
				<Here place={place} />
			</footer>
		</div>
	);
}

/** Where one is, in words; said aloud after each step. */
function Here({ place }: { readonly place: StepPlace }) {
	const call = place.frames[0];
	const line = place.source === undefined ? "" : (place.source.source.text.split("\n")[place.source.line - 1]?.trim() ?? "");
	return (
		<p className={styles.here} role="status" aria-label="Where one is">
			<span className="mono cut">{place.position}</span>
			<span className="dim nowrap">{place.step < 0 ? "no code ran" : `step ${count(place.step)} of ${count(place.steps)}`}</span>
			{call !== undefined && call.line > 0 && (
				<span className="cut">
					line {call.line} <code className="mid">{line}</code>
				</span>
			)}
		</p>
	);
}

function Thrown({ place }: { readonly place: StepPlace }) {
	const { exception } = place.moment;
	if (place.kind !== "thrown" && exception === undefined) return null;
	return (
		<Panel title="Exception" className={styles.part ?? ""}>
			{place.kind === "thrown" && (
				<p className="c-drop">
					<Icon name="failed" size="s" /> leaves the method: <code>{place.thrown?.text}</code>
				</p>
			)}
			{exception !== undefined && (
				<p className={classes("mono", place.kind === "thrown" ? "mid" : "c-drop")}>the invocation ended by {exception.text}</p>
			)}
		</Panel>
	);
}

function Notices({ rec, steps, place }: { readonly rec: string; readonly steps: Steps; readonly place: StepPlace }) {
	const { going, trouble, note } = steps;
	return (
		<>
			{going !== undefined && <Waiting rec={rec} position={place.position} what={going.what} since={going.since} onCancel={steps.cancel} />}
			{trouble !== undefined && (
				<div className={styles.trouble}>
					<Failed what="The step" head="The step could not be made" trouble={trouble} />
					<button type="button" className="btn quiet icon" aria-label="Close" onClick={steps.forget}>
						<Icon name="close" size="s" />
					</button>
				</div>
			)}
			{note !== undefined && (
				<p className="banner" role="status">
					<Icon name="warning" />
					<span className="grow">{note}</span>
					<button type="button" className="btn quiet icon" aria-label="Close" onClick={steps.forget}>
						<Icon name="close" size="s" />
					</button>
				</p>
			)}
			{place.cut && (
				<p className="banner" role="status">
					<Icon name="gap" />
					The code did more in this invocation than is kept: steps behind the last one are missing.
				</p>
			)}
		</>
	);
}
