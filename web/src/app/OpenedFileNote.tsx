import { useQuery } from "@tanstack/react-query";
import { statusQuestion } from "../api/questions";
import type { OpenedFile } from "../api/status";
import { Icon } from "../widgets/Icon";

/** Says on every screen that an incident file is shown: what its signature and its verdict are worth is for the reader to judge. */
export function OpenedFileNote() {
	const status = useQuery(statusQuestion);
	const opened = status.data?.opened;
	if (opened === undefined) return null;
	return (
		<p className="banner" role="note" aria-label="Opened file">
			<Icon name="warning" />
			<span>{words(opened)}</span>
		</p>
	);
}

function words(o: OpenedFile): string {
	const signer = o.known === undefined ? `${o.signer}, a key that is not known here` : `${o.known} (${o.signer})`;
	const masked = o.masked ? `Values are masked for ${o.roles.join(", ")}.` : "Values are not masked.";
	return `This is an opened file, made by ${o.by} and signed by ${signer}. ${masked} Its replay is ${o.verdict}: ${o.details}.`;
}
