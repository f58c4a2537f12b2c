import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Pin, pinAction, pinsQuestion, removePin } from "../api/pin";
import { type ProblemError, toProblem } from "../api/problem";
import { principalQuestion } from "../api/questions";
import { plural, size, written } from "../base/quantity";
import { shortId } from "../base/reference";
import { link } from "../model/address";
import { Amount } from "../widgets/Amount";
import { Icon } from "../widgets/Icon";
import { Panel } from "../widgets/Panel";
import { Scroll } from "../widgets/Scroll";
import { Empty, Failed, SkeletonRows, StaleBanner } from "../widgets/states";
import { TimeText } from "../widgets/TimeText";
import styles from "./Pins.module.css";

/** What retention must not remove, with why, and what of the quota it takes. */
export function PinList() {
	const client = useQueryClient();
	const query = useQuery(pinsQuestion);
	const principal = useQuery(principalQuestion);
	const [trouble, setTrouble] = useState<ProblemError>();
	const [sure, setSure] = useState<string>();
	const [busy, setBusy] = useState(false);
	const denied = principal.data !== undefined && !principal.data.actions.includes(pinAction);
	const remove = async (id: string) => {
		setBusy(true);
		try {
			await removePin(id);
			setTrouble(undefined);
		} catch (e) {
			setTrouble(toProblem(e));
		} finally {
			setSure(undefined);
			setBusy(false);
			await client.invalidateQueries({ queryKey: pinsQuestion.queryKey });
		}
	};
	const pins = query.data;
	const about =
		pins === undefined || pins.items.length === 0
			? undefined
			: `${plural(pins.items.length, "pin")}, ${written(size(pins.bytes))}${pins.quota === 0n ? "" : ` of ${written(size(pins.quota))}`}`;
	return (
		<Panel title="Kept from retention" about={about} className={styles.pins}>
			{query.isError && pins !== undefined && (
				<StaleBanner since={query.dataUpdatedAt} reason={toProblem(query.error).title} onRetry={() => void query.refetch()} />
			)}
			{trouble !== undefined && <Failed what="The pin" head="It was not taken away" trouble={trouble} />}
			{pins === undefined ? (
				query.isError ? (
					<Failed what="The pins" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />
				) : (
					<SkeletonRows rows={2} label="pins" />
				)
			) : pins.items.length === 0 ? (
				<Empty title="Nothing is pinned" icon="mark">
					<p>What is older than retention allows goes. Keep a recording below, or a stretch of it on its timeline.</p>
				</Empty>
			) : (
				<Scroll label="Pins" className={styles.list}>
					<table aria-label="Pins">
						<thead>
							<tr>
								<th>Job</th>
								<th>Reason</th>
								<th>Note</th>
								<th>By</th>
								<th>From</th>
								<th>To</th>
								<th className="n">Holds</th>
								<th>Made</th>
								<th>
									<span className="hide">Take away</span>
								</th>
							</tr>
						</thead>
						<tbody>
							{pins.items.map((p) => (
								<tr key={p.id}>
									<td>
										<a className="link" href={link({ screen: "timeline", rec: p.recording }, windowOf(p))}>
											{p.job}
										</a>{" "}
										<span className="mono dim">{shortId(p.recording)}</span>
									</td>
									<td>{p.reason}</td>
									<td>{p.note}</td>
									<td className="dim">{p.owner}</td>
									<td>{p.from === undefined ? <span className="dim">the beginning</span> : <TimeText t={p.from} />}</td>
									<td>
										{p.open ? (
											<span className="mid" title="Until a checkpoint behind what was asked for is completed">
												open
											</span>
										) : p.to === undefined ? (
											<span className="dim">the end</span>
										) : (
											<TimeText t={p.to} />
										)}
									</td>
									<td className="n">
										<Amount q={size(p.bytes)} />
									</td>
									<td>
										<TimeText t={p.created} digits={0} />
									</td>
									<td>
										{sure === p.id ? (
											<span className="row">
												<button type="button" className="btn" disabled={busy} onClick={() => void remove(p.id)}>
													Take it away
												</button>
												<button type="button" className="btn quiet" onClick={() => setSure(undefined)}>
													No
												</button>
											</span>
										) : (
											<button
												type="button"
												className="btn quiet"
												disabled={denied}
												title={denied ? `Needs the action ${pinAction}` : "Then retention may remove what it held"}
												aria-label={`Take the pin ${p.id} away`}
												onClick={() => setSure(p.id)}
											>
												<Icon name="close" size="s" />
											</button>
										)}
									</td>
								</tr>
							))}
						</tbody>
					</table>
				</Scroll>
			)}
			{denied && <p className={`${styles.said} dim`}>Who reads this may not change pins (action {pinAction}).</p>}
		</Panel>
	);
}

function windowOf(p: Pin) {
	if (p.asked_from === undefined && p.asked_to === undefined) return {};
	return {
		win: {
			...(p.asked_from === undefined ? {} : { from: p.asked_from }),
			...(p.asked_to === undefined ? {} : { to: p.asked_to }),
		},
	};
}
