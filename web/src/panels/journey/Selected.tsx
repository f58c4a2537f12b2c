import type { LineageNode } from "../../api/lineage";
import { parseRecord } from "../../base/reference";
import { link } from "../../model/address";
import { Again } from "../../moments/Again";
import { Icon } from "../../widgets/Icon";
import { ViewLine } from "../../widgets/ViewLine";
import { isUnrecorded, type JourneyGraph, kafkaOf, nodeName, stateNote } from "./graph";
import styles from "./Journey.module.css";

/** The events at a node's position. */
export function eventsLink(n: LineageNode): string {
	return link({ screen: "events", rec: n.recording }, n.position === undefined ? {} : { at: n.position });
}

/** The journey of the node's own record; undefined when it has no name to ask for. */
export function journeyLink(n: LineageNode): string | undefined {
	const record = n.record !== undefined && parseRecord(n.record) !== undefined ? n.record : n.position;
	return record === undefined ? undefined : link({ screen: "journey", rec: n.recording, record });
}

type Props = { readonly graph: JourneyGraph; readonly node: LineageNode };

/** What is selected, and where to go from it. */
export function Selected({ graph, node: n }: Props) {
	const journey = journeyLink(n);
	const note = stateNote(graph, n) ?? graph.notes.get(n.id)?.[0]?.text;
	const same = n.depth === 0 && graph.lineage.record === n.record;
	return (
		<section className={styles.selected} aria-label="Selected">
			<div className={styles.selectedWords} aria-live="polite">
				<p className={styles.selectedName}>
					<Icon name={kafkaOf(n) === undefined ? "fn" : "topic"} size="s" className="c-acc" />
					<b className="mono cut">{nodeName(n)}</b>
					<span className="dim cut">{isUnrecorded(n) ? "not recorded" : n.position}</span>
				</p>
				<ViewLine view={n.view} className="mono mid" />
				{note !== undefined && (
					<span className="c-late cut" title={note}>
						{note}
					</span>
				)}
				{n.view === undefined && note === undefined && <span className="dim">no payload to show</span>}
			</div>
			<div className={styles.selectedLinks}>
				{n.position !== undefined && (
					<a className="btn" href={eventsLink(n)}>
						Events
					</a>
				)}
				{n.position !== undefined && <Again rec={n.recording} position={n.position} />}
				<a className="btn" href={link({ screen: "graph", job: n.recording }, n.vertex === "" ? {} : { sel: `v:${n.vertex}` })}>
					Graph
				</a>
				{journey !== undefined && !same && (
					<a className="btn" href={journey}>
						Its journey
					</a>
				)}
			</div>
		</section>
	);
}
