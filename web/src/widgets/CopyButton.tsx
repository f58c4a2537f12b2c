import { useEffect, useState } from "react";
import { Icon, type IconName } from "./Icon";

type Props = {
	/** Made when it is pressed, so that it is the state of that moment. */
	readonly text: () => string;
	readonly label: string;
	/** A word beside the icon; without it the label is read out only. */
	readonly word?: string;
	readonly icon?: IconName;
};

/** Copies a text and says so for a moment. */
export function CopyButton({ text, label, word, icon = "copy" }: Props) {
	const [done, setDone] = useState(false);
	useEffect(() => {
		if (!done) return;
		const timer = setTimeout(() => setDone(false), 1500);
		return () => clearTimeout(timer);
	}, [done]);
	const copy = () => {
		void copyText(text()).then(setDone);
	};
	return (
		<button
			type="button"
			className={word === undefined ? "btn quiet icon" : "btn"}
			aria-label={word === undefined ? label : undefined}
			title={label}
			onClick={copy}
		>
			<Icon name={done ? "ok" : icon} size="s" />
			{word !== undefined && (done ? "Copied" : word)}
			<span className="hide" aria-live="polite">
				{done ? "copied" : ""}
			</span>
		</button>
	);
}

/** True when the clipboard took it; it may be forbidden, or absent without TLS. */
export async function copyText(text: string): Promise<boolean> {
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		return false;
	}
}
