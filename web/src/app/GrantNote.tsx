import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { givenWords } from "../api/grant";
import { principalQuestion } from "../api/questions";
import type { GrantInForce } from "../api/status";
import { link } from "../model/address";
import { useNow } from "../widgets/clock";
import { Icon } from "../widgets/Icon";
import { TimeText } from "../widgets/TimeText";

/** Says on every screen what the reader is shown beyond their roles, for how long and why. What a grant showed goes with it. */
export function GrantNote() {
	const client = useQueryClient();
	const { data } = useQuery(principalQuestion);
	const now = BigInt(useNow()) * 1000n;
	const known = data?.grants ?? [];
	const grants = known.filter((g) => g.until > now);
	const ids = data === undefined ? undefined : grants.map((g) => g.id).join(" ");
	const before = useRef(ids);
	useEffect(() => {
		const had = before.current;
		before.current = ids;
		if (had === undefined || ids === undefined || had === ids) return;
		// What was answered under other grants is asked for anew, and what nobody looks at is not kept.
		client.removeQueries({ type: "inactive" });
		void client.resetQueries({ predicate: (q) => q.queryKey[0] !== principalQuestion.queryKey[0] });
		void client.invalidateQueries({ queryKey: principalQuestion.queryKey });
	}, [client, ids]);
	return grants.map((g) => <Note key={g.id} grant={g} />);
}

function Note({ grant: g }: { readonly grant: GrantInForce }) {
	return (
		<p className="banner" role="note" aria-label="Grant in force">
			<Icon name="warning" />
			<span>
				You have {givenWords(g)} on {g.resources.join(", ")} until <TimeText t={g.until} digits={0} />. Reason: {g.reason}. Each look is
				written down with it. <a href={link({ screen: "grants" })}>Grants</a>
			</span>
		</p>
	);
}
