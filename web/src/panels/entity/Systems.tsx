import { useState } from "react";
import type { Entity, Evidence, System } from "../../api/catalog";
import { count, plural } from "../../base/quantity";
import { EntityLink, Owners } from "../../catalog/EntityLink";
import { evidenceLooks, kindLooks } from "../../catalog/words";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Empty } from "../../widgets/states";
import { Age, TimeText } from "../../widgets/TimeText";
import styles from "./EntityPanel.module.css";
import { Popup } from "./Popup";

/** So many of each side are shown before one asks for the rest. */
const first = 40;

type Side = { readonly word: string; readonly none: string; readonly what: string; readonly systems: readonly System[] };

/** Who writes and reads a stream, or what a system writes and reads, each with the evidence for it. */
export function Systems({ entity: e }: { readonly entity: Entity }) {
	const stream = e.kind === "stream";
	const sides: readonly Side[] = stream
		? [
				{ word: "Producer", none: "Nobody is known to write it.", what: "Fields written", systems: e.writers },
				{ word: "Consumer", none: "Nobody is known to read it.", what: "Fields really read", systems: e.readers },
			]
		: [
				{ word: "Reads", none: "It is not known to read anything.", what: "Fields really read", systems: e.streams.filter((s) => s.reads) },
				{ word: "Writes", none: "It is not known to write anything.", what: "Fields written", systems: e.streams.filter((s) => !s.reads) },
			];
	const [one, two] = sides;
	if (!stream && e.streams.length === 0 && e.hidden === 0) return null;
	return (
		<Panel
			title={stream ? "Producers" : "Streams"}
			about={
				stream ? (
					<>
						{count(e.writers.length)} and consumers, {count(e.readers.length)}
					</>
				) : (
					count(e.streams.length)
				)
			}
			end="every edge with its evidence"
		>
			<div className={styles.scroll}>
				<table className={styles.systems} aria-label={stream ? "Producers and consumers" : "What it reads and writes"}>
					{one !== undefined && <SideOf side={one} />}
					{two !== undefined && <SideOf side={two} />}
				</table>
			</div>
			{stream && e.readers.length + e.writers.length === 0 && (
				<Empty title="Nothing shows who is at it" icon="unknown">
					<p>
						Recordings, consumer groups, a schema registry, contracts and OpenLineage events tell of producers and consumers. That none did
						is no proof that there are none: a program without an agent, that commits no offsets, is not seen.
					</p>
				</Empty>
			)}
			{e.hidden > 0 && (
				<footer className={styles.foot}>
					<span>
						<Icon name="mask" size="s" className="c-mask" /> {count(e.hidden)} more that you may not see
					</span>
				</footer>
			)}
		</Panel>
	);
}

function SideOf({ side }: { readonly side: Side }) {
	const [all, setAll] = useState(false);
	const shown = all ? side.systems : side.systems.slice(0, first);
	return (
		<>
			<thead>
				<tr>
					<th scope="col">{side.word}</th>
					<th scope="col">Owner</th>
					<th scope="col">Evidence, strongest</th>
					<th scope="col">{side.what}</th>
					<th scope="col" className="n">
						Last seen
					</th>
				</tr>
			</thead>
			<tbody>
				{shown.map((s) => (
					<Row key={`${s.id}${s.reads}`} system={s} />
				))}
				{side.systems.length === 0 && (
					<tr>
						<td colSpan={5} className="dim">
							{side.none}
						</td>
					</tr>
				)}
				{shown.length < side.systems.length && (
					<tr>
						<td colSpan={5}>
							<button type="button" className="btn quiet" onClick={() => setAll(true)}>
								Show all {count(side.systems.length)}
							</button>
						</td>
					</tr>
				)}
			</tbody>
		</>
	);
}

function Row({ system: s }: { readonly system: System }) {
	return (
		<tr>
			<td>
				<EntityLink id={s.id} kind={s.kind} name={s.name} className={styles.name} />
				<span className="dim"> {kindLooks[s.kind].one}</span>
			</td>
			<td className="mid">
				{s.kind === "stream" || s.owners.length > 0 ? <Owners ids={s.owners} /> : <span className="c-late">no owner</span>}
			</td>
			<td>
				<AllEvidence system={s} />
			</td>
			<td className="mid" title={s.known ? s.paths.join(", ") : undefined}>
				{fieldWords(s)}
			</td>
			<td className={s.stale ? "n c-late" : "n"}>
				{s.stale && <Icon name="clock" size="s" label="stale: nothing for 30 days" />}{" "}
				{s.seen === undefined ? "never" : <Age t={s.seen} className={s.stale ? "" : "mid"} />}
			</td>
		</tr>
	);
}

/** What is known of the fields; that it is unknown is said plainly. */
export function fieldWords(s: Pick<System, "known" | "paths">): string {
	if (!s.known) return "unknown: may be any";
	if (s.paths.length === 0) return "none";
	return `${plural(s.paths.length, "field")}: ${s.paths.join(", ")}`;
}

function AllEvidence({ system: s }: { readonly system: System }) {
	const [strongest, ...more] = s.evidence;
	if (strongest === undefined) return <span className="c-late">none</span>;
	const look = evidenceLooks[strongest.kind];
	return (
		<Popup
			className={styles.evidence}
			label={`Evidence for ${s.name}`}
			word={
				<>
					<Icon name={look.icon} size="s" className={strongest.kind.startsWith("recorded") ? "c-acc" : "mid"} />
					{look.words}
					{more.length > 0 && <span className="dim">+{more.length}</span>}
				</>
			}
		>
			<h3>
				Why {s.name} is known to {s.reads ? "read" : "write"}
			</h3>
			<ol>
				{s.evidence.map((e) => (
					<EvidenceLine key={`${e.kind}${e.detail ?? ""}`} evidence={e} />
				))}
			</ol>
			{s.reader !== undefined && (
				<p className="mid">
					{s.reads ? "Reads" : "Writes"} by <code>{s.reader}</code>
				</p>
			)}
		</Popup>
	);
}

function EvidenceLine({ evidence: e }: { readonly evidence: Evidence }) {
	const look = evidenceLooks[e.kind];
	return (
		<li>
			<Icon name={look.icon} size="s" /> <b>{look.words}</b> <span className="dim">{look.proves}</span>
			{e.detail !== undefined && <div className="mid">{e.detail}</div>}
			<div className="mid">
				fields: {fieldWords(e)}; {e.last === undefined ? "nothing was seen of it" : <>seen last {<TimeText t={e.last} digits={0} />}</>}
				{e.first !== undefined && (
					<>
						, first <TimeText t={e.first} digits={0} />
					</>
				)}
			</div>
		</li>
	);
}
