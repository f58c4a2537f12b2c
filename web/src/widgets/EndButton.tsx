import { useState } from "react";
import { Icon } from "./Icon";

type Props = {
	readonly label: string;
	/** Stands beside the cross where there is room. */
	readonly word?: string;
	readonly sure: string;
	readonly onEnd: () => Promise<void>;
};

/** Ends something when it was pressed twice. */
export function EndButton({ label, word, sure, onEnd }: Props) {
	const [asked, setAsked] = useState(false);
	const [busy, setBusy] = useState(false);
	if (!asked) {
		return (
			<button type="button" className="btn quiet" aria-label={label} onClick={() => setAsked(true)}>
				<Icon name="close" size="s" />
				{word}
			</button>
		);
	}
	const end = async () => {
		setBusy(true);
		await onEnd();
		setBusy(false);
		setAsked(false);
	};
	return (
		<span className="row">
			<button type="button" className="btn" disabled={busy} onClick={() => void end()}>
				{sure}
			</button>
			<button type="button" className="btn quiet" onClick={() => setAsked(false)}>
				No
			</button>
		</span>
	);
}
