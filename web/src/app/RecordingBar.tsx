import { useQuery } from "@tanstack/react-query";
import { jobQuestion, momentQuestion } from "../api/questions";
import { parseRecord } from "../base/reference";
import { type Address, formatAddress, link, positionOf, recordingOf, type ViewState } from "../model/address";
import { ShareButton } from "../share/ShareButton";
import { CopyButton } from "../widgets/CopyButton";
import { Icon } from "../widgets/Icon";
import { Age, TimeText } from "../widgets/TimeText";
import styles from "./RecordingBar.module.css";

/** Some views take a time or a record for their moment. */
function isPosition(at: string | undefined): boolean {
	return at !== undefined && parseRecord(at)?.kind === "position";
}

/** What names the key that a view is about. */
function keyOf(state: ViewState): ViewState {
	return {
		...(state.key === undefined ? {} : { key: state.key }),
		...(state.of === undefined ? {} : { of: state.of }),
		...(state.op === undefined ? {} : { op: state.op }),
	};
}

/** The views of one recording, and the position that rules them. */
export function RecordingBar({ address }: { readonly address: Address }) {
	const { page, state } = address;
	const rec = recordingOf(page) ?? "";
	const job = useQuery(jobQuestion(rec));
	const at = positionOf(address);
	const moment = useQuery({ ...momentQuestion(rec, at ?? ""), enabled: isPosition(at) });
	const record = page.screen === "journey" ? page.record : at;
	const views = [
		{ screen: "graph", word: "Graph", href: link({ screen: "graph", job: rec }) },
		{ screen: "timeline", word: "Timeline", href: link({ screen: "timeline", rec }, state.win === undefined ? {} : { win: state.win }) },
		{ screen: "events", word: "Events", href: link({ screen: "events", rec }, at === undefined ? {} : { at }) },
		{
			screen: "journey",
			word: "Journey",
			href: link(record === undefined ? { screen: "journey", rec } : { screen: "journey", rec, record }),
		},
		...(job.data?.sql === true || page.screen === "sql" ? [{ screen: "sql", word: "SQL", href: link({ screen: "sql", rec }) }] : []),
		{
			screen: "key",
			word: "Key",
			href: link({ screen: "key", rec }, page.screen === "key" ? keyOf(state) : at === undefined ? {} : { of: at }),
		},
		{ screen: "watermarks", word: "Watermarks", href: link({ screen: "watermarks", rec }, at === undefined ? {} : { at }) },
		// Steps go through one invocation.
		...(at !== undefined && isPosition(at)
			? [
					{
						screen: "step",
						word: "Step",
						href: page.screen === "step" ? formatAddress(address) : link({ screen: "step", rec, position: at }),
					},
				]
			: []),
		{ screen: "inflight", word: "In flight", href: link({ screen: "inflight", rec }) },
		{
			screen: "gaps",
			word: job.data === undefined || job.data.gaps === 0 ? "Gaps" : `Gaps ${job.data.gaps}`,
			href: link({ screen: "gaps", rec }),
		},
	];
	return (
		<div className={styles.sub}>
			<nav className={styles.tabs} aria-label="Views of this recording">
				{views.map((v) => (
					<a key={v.screen} href={v.href} aria-current={v.screen === page.screen ? "page" : undefined}>
						{v.word}
					</a>
				))}
			</nav>
			<div className={styles.pos} role="group" aria-label="Position">
				{at !== undefined && (
					<span className={styles.at}>
						<Icon name="mark" size="s" />
						{at}
						{page.screen === "step" && state.step !== undefined && `.${state.step}`}
					</span>
				)}
				{moment.data !== undefined && at !== undefined && (
					<span className={styles.when}>
						<TimeText t={moment.data.invocation.time} />
						<Age t={moment.data.invocation.time} />
					</span>
				)}
				<ShareButton rec={rec} position={isPosition(at) ? at : undefined} word="Share" quiet main />
				<CopyButton
					icon="link"
					word="Copy link"
					label="Copy the link to this view"
					text={() => window.location.origin + formatAddress(address)}
				/>
			</div>
		</div>
	);
}
