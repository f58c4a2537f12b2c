import { useQuery } from "@tanstack/react-query";
import type { Event } from "../../api/event";
import { toProblem } from "../../api/problem";
import { differenceQuestion, type Replay, type ReplayVerdict } from "../../api/replay";
import { link } from "../../model/address";
import { Panel } from "../../widgets/Panel";
import { Scroll } from "../../widgets/Scroll";
import { Failed, SkeletonRows } from "../../widgets/states";
import { ValueTree } from "../../widgets/ValueTree";
import styles from "./ReplaysPanel.module.css";

type First = NonNullable<ReplayVerdict["first"]>;
type Props = { readonly of: Replay; readonly first: First };

/** The first output that differs, in both runs, field by field. */
export function Difference({ of: r, first }: Props) {
	const query = useQuery(differenceQuestion(r.id));
	const d = query.data;
	return (
		<Panel title="The first difference" about={`output ${first.number}`}>
			<div className={styles.pad}>
				{d === undefined ? (
					query.isError ? (
						<Failed what="The difference" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />
					) : (
						<SkeletonRows rows={6} label="the difference" />
					)
				) : (
					<>
						{d.fields.length > 0 && (
							<table aria-label="Fields that differ">
								<thead>
									<tr>
										<th>Field</th>
										<th>Recorded</th>
										<th>Replayed</th>
									</tr>
								</thead>
								<tbody>
									{d.fields.map((f) => (
										<tr key={f.path}>
											<td className="m">{f.path === "" ? "value" : f.path}</td>
											<td className="m">{f.recorded ?? <span className="dim">absent</span>}</td>
											<td className="m c-drop">{f.replayed ?? <span className="dim">absent</span>}</td>
										</tr>
									))}
								</tbody>
							</table>
						)}
						{d.note !== undefined && <p className="mid">{d.note}</p>}
						<div className={styles.sides}>
							<Side name="Recorded" rec={r.recording} place={first.recorded} event={d.recorded} />
							<Side name="Replayed" rec={r.derived} place={first.replayed} event={d.replayed} />
						</div>
					</>
				)}
			</div>
		</Panel>
	);
}

type SideProps = {
	readonly name: string;
	readonly rec: string | undefined;
	readonly place: First["recorded"];
	readonly event: Event | undefined;
};

function Side({ name, rec, place, event }: SideProps) {
	return (
		<section className={`panel ${styles.side}`} aria-label={name}>
			<header>
				<h3 className="cut">{name}</h3>
				{place !== undefined && rec !== undefined && (
					<span className="end">
						<a className="link mono cut" href={link({ screen: "events", rec }, { at: place.position })}>
							{place.position}
						</a>
					</span>
				)}
			</header>
			<Scroll label={`Value that was ${name.toLowerCase()}`}>
				{place === undefined ? (
					<p className={`${styles.pad} mid`}>nothing: this run gave no more outputs</p>
				) : event?.view?.node === undefined ? (
					<p className={`${styles.pad} mono`}>{event?.text ?? "not stored any more"}</p>
				) : (
					<ValueTree root={event.view.node} label={`Decoded, ${name.toLowerCase()}`} selected={undefined} onSelect={() => undefined} />
				)}
			</Scroll>
		</section>
	);
}
