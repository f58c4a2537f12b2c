import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef } from "react";
import { type Replay, replayAction, replayQuestion } from "../api/replay";
import { link } from "../model/address";
import { Findings } from "../replays/Findings";
import { ReplayProgress } from "../replays/ReplayProgress";
import { ReplayVerdict } from "../replays/ReplayVerdict";
import { Icon } from "../widgets/Icon";
import { Failed } from "../widgets/states";
import { MadeTest } from "./MadeTest";
import styles from "./Moments.module.css";
import type { Making } from "./useTestExport";

type Props = { readonly of: Making; readonly onCancel: () => void };

/** What became of a test that was asked for. */
export function TestExportOutcome({ of, onCancel }: Props) {
	switch (of.at) {
		case "asked":
			return null;
		case "writing":
			return (
				<Waits onCancel={onCancel}>
					<b>The test is written</b>
				</Waits>
			);
		case "starting":
			return (
				<Waits onCancel={onCancel}>
					<b>A replay is asked for</b>
				</Waits>
			);
		case "replaying":
			return <Replaying id={of.replay} onCancel={onCancel} />;
		case "made":
			return <MadeTest test={of.test} />;
		case "failed":
			return (
				<>
					<Failed what="The test" head={of.head ?? "No test was made"} trouble={of.trouble} />
					{of.replay !== undefined && (
						<p>
							It goes on: <ReplayLink id={of.replay} />
						</p>
					)}
				</>
			);
		case "untraced":
			return (
				<>
					<Failed what="The test" head="A replay must record it first" trouble={of.trouble} />
					{of.denied ? (
						<p className="c-late">
							Who reads this may not replay: it needs the right <code>{replayAction}</code>. Once somebody has run the replay, the test can
							be made.
						</p>
					) : (
						<p className="mid">Let the attempt run again, above.</p>
					)}
				</>
			);
		case "unproven":
			return <Unproven of={of.replay} />;
		case "cancelled":
			return (
				<p role="status" className={styles.said}>
					<Icon name="close" /> Cancelled: no test was made.
				</p>
			);
	}
}

function Waits({ children, onCancel }: { readonly children: ReactNode; readonly onCancel: () => void }) {
	const button = useRef<HTMLButtonElement>(null);
	useEffect(() => button.current?.focus(), []);
	return (
		<div className={styles.waits} role="status">
			<Icon name="wait" size="s" className="c-acc" />
			{children}
			<button ref={button} type="button" className="btn" onClick={onCancel}>
				Cancel
			</button>
		</div>
	);
}

/** A replay that a test waits for. */
function Replaying({ id, onCancel }: { readonly id: string; readonly onCancel: () => void }) {
	const query = useQuery(replayQuestion(id));
	return (
		<>
			<Waits onCancel={onCancel}>
				<b>The attempt is run again</b>
				{query.data !== undefined && (
					<>
						<ReplayVerdict of={query.data} />
						<ReplayProgress of={query.data} />
					</>
				)}
				{query.isError && <span className="c-late">the server does not answer; it is asked again</span>}
			</Waits>
			<p className="mid">
				What the operator did with its keys was not recorded. <ReplayLink id={id} /> goes on when this is closed, and serves the next
				export.
			</p>
		</>
	);
}

/** A replay that ended without a proof gives no test. */
function Unproven({ of: r }: { readonly of: Replay }) {
	return (
		<div className="state" role="alert">
			<h2>
				<Icon name="failed" className="c-drop" />
				No test was made: the replay proved nothing
			</h2>
			<p className="row">
				<ReplayLink id={r.id} /> <ReplayVerdict of={r} />
			</p>
			{(r.error ?? r.verdict?.text) !== undefined && <p>{r.error ?? r.verdict?.text}</p>}
			{r.verdict?.verdict === "not-replayable" && <Findings of={r.findings} />}
		</div>
	);
}

function ReplayLink({ id }: { readonly id: string }) {
	return (
		<a className="link mono" href={link({ screen: "replay", id })}>
			replay {id}
		</a>
	);
}
