import type { ImpactRun, ImpactVerdict } from "../../api/impact";
import type { ProposalView } from "../../model/commandLine";
import type { IconName } from "../../widgets/Icon";

export const verdictIcons: Readonly<Record<ImpactVerdict, IconName>> = {
	broken: "failed",
	maybe: "warning",
	unknown: "unknown",
	safe: "ok",
};

export const verdictWords: Readonly<Record<ImpactVerdict, string>> = {
	broken: "It cannot read what would be written.",
	maybe: "What changes reaches what it uses, and nothing shows that it breaks.",
	unknown: "What it reads is not known, or it was not seen for a while. It is not safe.",
	safe: "It uses nothing that changes, and was tried.",
};

/** What an address keeps of a report, so that the same can be asked by a command. */
export function viewOf(run: Pick<ImpactRun, "kind" | "cluster" | "topic" | "proposal">): ProposalView {
	const { cluster, topic, proposal } = run;
	return {
		tab: run.kind,
		...(topic === "" ? {} : { of: `${cluster}/${topic}` }),
		...(proposal.subject === undefined ? {} : { key: proposal.subject }),
		...(proposal.drop === undefined ? {} : { field: proposal.drop }),
	};
}
