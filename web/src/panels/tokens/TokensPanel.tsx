import { useQuery } from "@tanstack/react-query";
import { toProblem } from "../../api/problem";
import { principalQuestion } from "../../api/questions";
import { Empty, Failed, SkeletonRows } from "../../widgets/states";
import { SessionList } from "./SessionList";
import { TokenForm } from "./TokenForm";
import { TokenList } from "./TokenList";
import styles from "./TokensPanel.module.css";

/** What stands for the reader elsewhere: tokens that programs show, and sessions of browsers. */
export default function TokensPanel() {
	const { data, error, refetch } = useQuery(principalQuestion);
	if (data === undefined) {
		if (error !== null) return <Failed what="Who you are" trouble={toProblem(error)} onRetry={() => void refetch()} />;
		return <SkeletonRows rows={4} label="who you are" />;
	}
	if (data.way === "none") {
		return (
			<Empty title="Nobody logs in here" icon="user">
				<p>
					This server asks nobody who they are, as on a machine of one's own, so there are no tokens and sessions. The setting{" "}
					<code>auth</code> turns that on: <code>sightglass up --auth on</code>.
				</p>
			</Empty>
		);
	}
	return (
		<div className={styles.page}>
			<h1>Tokens and sessions</h1>
			<TokenForm roles={data.roles} actions={data.actions} scoped={data.scope !== undefined} />
			<TokenList />
			<SessionList />
		</div>
	);
}
