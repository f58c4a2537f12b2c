import { useQuery } from "@tanstack/react-query";
import { clustersQuestion } from "../api/topic";
import { type Address, clusterOf, formatAddress, link } from "../model/address";
import { go } from "../model/navigation";
import { CopyButton } from "../widgets/CopyButton";
import styles from "./RecordingBar.module.css";

/** The views of one cluster of Kafka, and the other clusters. */
export function ClusterBar({ address }: { readonly address: Address }) {
	const { page } = address;
	const cluster = clusterOf(page) ?? "";
	const clusters = useQuery(clustersQuestion).data ?? [];
	const views = [
		{ word: "Topics", href: link({ screen: "topics", cluster }), here: page.screen === "topics" || page.screen === "topic" },
		{ word: "Groups", href: link({ screen: "groups", cluster }), here: page.screen === "groups" || page.screen === "group" },
		{ word: "Brokers", href: link({ screen: "brokers", cluster }), here: page.screen === "brokers" },
	];
	return (
		<div className={styles.sub}>
			<nav className={styles.tabs} aria-label="Views of this cluster">
				{views.map((v) => (
					<a key={v.word} href={v.href} aria-current={v.here ? "page" : undefined}>
						{v.word}
					</a>
				))}
			</nav>
			<div className={styles.pos}>
				{clusters.length > 1 && (
					<label>
						<span className="dim">cluster</span>{" "}
						<select
							className={styles.cluster}
							value={cluster}
							onChange={(e) => go(link({ screen: "topics", cluster: e.currentTarget.value }))}
						>
							{clusters.map((c) => (
								<option key={c} value={c}>
									{c}
								</option>
							))}
						</select>
					</label>
				)}
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
