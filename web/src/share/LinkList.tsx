import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type ProblemError, toProblem } from "../api/problem";
import { linksQuestion, revokeLink, type SharedLink } from "../api/share";
import { plural, size, written } from "../base/quantity";
import { shortId } from "../base/reference";
import { link } from "../model/address";
import { Amount } from "../widgets/Amount";
import { EndButton } from "../widgets/EndButton";
import { Panel } from "../widgets/Panel";
import { Scroll } from "../widgets/Scroll";
import { Empty, Failed, SkeletonRows, StaleBanner } from "../widgets/states";
import { TimeText } from "../widgets/TimeText";
import styles from "./Share.module.css";

/** Links to incident files that the reader may see, how often each was fetched, and a way to end it. */
export function LinkList() {
	const client = useQueryClient();
	const query = useQuery(linksQuestion);
	const [trouble, setTrouble] = useState<ProblemError>();
	const end = async (id: string) => {
		try {
			await revokeLink(id);
			setTrouble(undefined);
		} catch (e) {
			setTrouble(toProblem(e));
		}
		await client.invalidateQueries({ queryKey: linksQuestion.queryKey });
	};
	const links = query.data;
	const live = links?.items.filter((l) => l.state === "live").length ?? 0;
	const about =
		links === undefined || links.items.length === 0
			? undefined
			: `${live} live, ${written(size(links.bytes))}${links.quota === 0n ? "" : ` of ${written(size(links.quota))}`}`;
	return (
		<Panel title="Links" about={about} className={styles.links}>
			{query.isError && links !== undefined && (
				<StaleBanner since={query.dataUpdatedAt} reason={toProblem(query.error).title} onRetry={() => void query.refetch()} />
			)}
			{trouble !== undefined && <Failed what="The link" head="It was not revoked" trouble={trouble} />}
			{links === undefined ? (
				query.isError ? (
					<Failed what="The links" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />
				) : (
					<SkeletonRows rows={2} label="links" />
				)
			) : links.items.length === 0 ? (
				<Empty title="Nothing is shared by a link" icon="link">
					<p>
						{links.mode === "off" ? (
							<>
								Links are turned off on this server (setting <code>share-links</code>).
							</>
						) : (
							"Share makes one: of a recording, of a stretch of its timeline, or of what is around a moment."
						)}
					</p>
				</Empty>
			) : (
				<Scroll label="Links" className={styles.list}>
					<table aria-label="Links">
						<thead>
							<tr>
								<th>Job</th>
								<th>State</th>
								<th>For</th>
								<th>By</th>
								<th>Made</th>
								<th>Expires</th>
								<th className="n">Size</th>
								<th>Fetched</th>
								<th>
									<span className="hide">Revoke</span>
								</th>
							</tr>
						</thead>
						<tbody>
							{links.items.map((l) => (
								<Row key={l.id} of={l} onEnd={() => end(l.id)} />
							))}
						</tbody>
					</table>
				</Scroll>
			)}
		</Panel>
	);
}

function Row({ of: l, onEnd }: { readonly of: SharedLink; readonly onEnd: () => Promise<void> }) {
	return (
		<tr>
			<td>
				<a className="link" href={link({ screen: "timeline", rec: l.recording })}>
					{l.job}
				</a>{" "}
				<span className="mono dim">{shortId(l.recording)}</span>
			</td>
			<td className={l.state === "live" ? undefined : "dim"}>{l.state}</td>
			<td>
				{l.masked ? l.roles.join(", ") : <span className="c-late">not masked</span>}
				{l.encrypted && ", encrypted"}
			</td>
			<td className="dim">{l.mine ? "you" : l.owner}</td>
			<td>
				<TimeText t={l.created} digits={0} />
			</td>
			<td>
				<TimeText t={l.expires} digits={0} />
			</td>
			<td className="n">
				<Amount q={size(l.bytes)} />
			</td>
			<td>
				{l.last === undefined ? (
					<span className="dim">never</span>
				) : (
					<>
						{l.downloads === 1n ? "once" : plural(l.downloads, "time")}, last <TimeText t={l.last} digits={0} />
					</>
				)}
			</td>
			<td>{l.state === "live" && <EndButton label={`Revoke the link ${l.id}`} sure="Revoke it" onEnd={onEnd} />}</td>
		</tr>
	);
}
