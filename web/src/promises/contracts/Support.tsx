import type { ContractChannel } from "../../api/contract";

/** Whom to call. An address leads there only where a browser opens it: a contract's text is somebody's. */
export function Support({ channels }: { readonly channels: readonly ContractChannel[] }) {
	if (channels.length === 0) return <span className="dim">nobody is named</span>;
	return (
		<>
			{channels.map((c) => {
				const word = c.channel ?? c.url ?? c.tool ?? "";
				const leads = c.url !== undefined && /^https?:\/\//.test(c.url);
				return leads ? (
					<a key={`${word} ${c.url}`} className="link" href={c.url} rel="noreferrer noopener" target="_blank">
						{word}{" "}
					</a>
				) : (
					<span key={`${word} ${c.scope}`}>
						{word}
						{c.tool !== undefined && c.tool !== word && <span className="dim"> {c.tool}</span>}{" "}
					</span>
				);
			})}
		</>
	);
}
