import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { approveGrant, endGrant, type Grant, grantRulesQuestion, grantsQuestion, refuseGrant } from "../../api/grant";
import { type ProblemError, toProblem } from "../../api/problem";
import { principalQuestion } from "../../api/questions";
import { Failed, SkeletonRows } from "../../widgets/states";
import { GrantForm } from "./GrantForm";
import { GrantList } from "./GrantList";
import styles from "./GrantsPanel.module.css";

/** What the reader may ask for, what others ask of them, and what is in force. */
export default function GrantsPanel() {
	const client = useQueryClient();
	const { data, error, refetch } = useQuery(grantsQuestion);
	const rules = useQuery(grantRulesQuestion);
	const [trouble, setTrouble] = useState<ProblemError>();
	if (data === undefined || rules.data === undefined) {
		const failed = error ?? rules.error;
		if (failed === null) return <SkeletonRows rows={6} label="grants" />;
		const retry = () => {
			void refetch();
			void rules.refetch();
		};
		return <Failed what="The grants" trouble={toProblem(failed)} onRetry={retry} />;
	}
	const does = (act: (g: Grant) => Promise<unknown>) => async (g: Grant) => {
		try {
			await act(g);
			setTrouble(undefined);
		} catch (e) {
			setTrouble(toProblem(e));
		}
		await client.invalidateQueries({ queryKey: grantsQuestion.queryKey });
		await client.invalidateQueries({ queryKey: principalQuestion.queryKey });
	};
	const acts = {
		onApprove: does((g) => approveGrant(g.id)),
		onRefuse: does((g) => refuseGrant(g.id, "")),
		onEnd: does((g) => endGrant(g.id)),
	};
	const deciding = data.filter((g) => g.decide);
	const open = data.filter((g) => !g.decide && (g.state === "pending" || g.state === "in-force"));
	return (
		<div className={styles.page}>
			<h1>Grants</h1>
			{trouble !== undefined && <Failed what="The grant" head="That was not done" trouble={trouble} />}
			{deciding.length > 0 && <GrantList title="For you to decide" grants={deciding} {...acts} />}
			<GrantList
				title="Pending and in force"
				grants={open}
				empty="Nothing is in force. A grant gives more than one's roles for a while, with a reason."
				{...acts}
			/>
			<GrantForm rules={rules.data} />
			<GrantList
				title="Over"
				grants={data.filter((g) => g.state !== "pending" && g.state !== "in-force")}
				empty="Nothing was granted in the last 30 days."
				{...acts}
			/>
		</div>
	);
}
