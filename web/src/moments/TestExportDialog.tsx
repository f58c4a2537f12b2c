import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { principalQuestion } from "../api/questions";
import { replayAction } from "../api/replay";
import { exportAction } from "../api/testExport";
import { type TestOptions, testCommand } from "../model/commandLine";
import { Lines } from "../widgets/states";
import styles from "./Moments.module.css";
import { TestExportForm } from "./TestExportForm";
import { TestExportOutcome } from "./TestExportOutcome";
import { useTestExport } from "./useTestExport";

/** Asks what a test of a moment is to be like, makes it, and gives it to save. */
export function TestExportDialog({ rec, position }: { readonly rec: string; readonly position: string }) {
	const actions = useQuery(principalQuestion).data?.actions;
	// Of whom nothing is known yet, the server knows.
	const may = actions === undefined || actions.includes(exportAction);
	const mayReplay = actions === undefined || actions.includes(replayAction);
	const [options, setOptions] = useState<TestOptions>({});
	const { making, make, cancel, forget } = useTestExport(rec, position, mayReplay);
	const again = useRef<HTMLButtonElement>(null);
	// The button that was pressed was off meanwhile, and lost the focus; what was made has a button of its own.
	const ended = making.at === "failed" || making.at === "untraced" || making.at === "unproven" || making.at === "cancelled";
	useEffect(() => {
		if (ended) again.current?.focus();
	}, [ended]);
	const busy = making.at === "writing" || making.at === "starting" || making.at === "replaying";
	return (
		<div className={styles.dialog}>
			<p>
				What the operator did at <b className="mono">{position}</b>, as a test in Flink's own harness. It runs in the job's build and needs
				nothing of Sightglass. Values leave as they are, without masks, and the audit log says who took them.
			</p>
			{!may && (
				<p className="c-late" role="alert">
					Who reads this may not export: it needs the right <code>{exportAction}</code> and a role that sees all values.
				</p>
			)}
			<TestExportForm
				busy={busy}
				may={may}
				mayReplay={mayReplay}
				button={again}
				onChange={(next) => {
					setOptions(next);
					forget();
				}}
				onMake={() => void make(options)}
			/>
			<TestExportOutcome of={making} onCancel={() => void cancel()} />
			<div>
				<span className="dim">as command</span>
				<Lines label="the command" lines={[testCommand(rec, position, options)]} />
			</div>
		</div>
	);
}
