import { Popover } from "@mantine/core";
import { type ReactNode, useState } from "react";
import styles from "./EntityPanel.module.css";

type Props = {
	/** On the button. */
	readonly word: ReactNode;
	/** What it opens, for those who hear it; the word follows. */
	readonly label: string;
	readonly className: string | undefined;
	readonly children: ReactNode;
};

/** A word that opens what is behind it. */
export function Popup({ word, label, className, children }: Props) {
	const [opened, setOpened] = useState(false);
	return (
		<Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus returnFocus shadow="md" withinPortal>
			<Popover.Target>
				<button
					type="button"
					className={className}
					aria-expanded={opened}
					onClick={(e) => {
						e.stopPropagation();
						setOpened(!opened);
					}}
				>
					<span className="hide">{label}: </span>
					{word}
				</button>
			</Popover.Target>
			<Popover.Dropdown aria-label={label} p={0}>
				<div className={styles.pop}>{opened && children}</div>
			</Popover.Dropdown>
		</Popover>
	);
}
